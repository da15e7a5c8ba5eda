package io.grpcplatform.house;

import java.util.Map;

/**
 * Classes that may do what their kind may not, each with its reason. A test fails for one that is
 * no longer needed.
 */
final class Exceptions {

  private static final String MAKES =
      "makes or holds what gRPC runs; the feature is about just that";
  private static final String GATHERS = "gathers the user's beans, which only Spring knows";

  private static final String CONTEXT =
      "is about gRPC's Context, which carries deadline and cancellation";
  private static final String STUBS = "is the user's door to the calls of gRPC's stubs";
  private static final String STREAM = "is the user's door to gRPC's stream observers";
  private static final String SERVES = "hears and answers a stream for the user's handler";
  private static final String JDBC =
      "speaks to the database in the transaction that Spring binds to the thread";
  private static final String SETTINGS = "compares settings as Spring sees them";

  private static final String CARRIES = "is the carrier made of Spring's own client";

  /** Not an edge, yet imports Spring. */
  static final Map<String, String> SPRING =
      Map.ofEntries(
          Map.entry("async.CallLists", JDBC),
          Map.entry("async.CallRows", JDBC),
          Map.entry("async.CallTable", JDBC),
          Map.entry("async.CallTransactions", JDBC),
          Map.entry("async.KafkaCarrier", CARRIES),
          Map.entry("async.RabbitCarrier", CARRIES),
          Map.entry("async.RedisCarrier", CARRIES),
          Map.entry("async.RedisSource", CARRIES),
          Map.entry(
              "circuitbreaker.BreakerSettings",
              "copies resilience4j's own settings, which are beans with setters"),
          Map.entry("health.HealthServerContributor", GATHERS),
          Map.entry("inspect.SettingPlaces", "finds where Spring has settings from"),
          Map.entry("live.ChangeCheck", SETTINGS),
          Map.entry("live.EffectiveSettings", SETTINGS),
          Map.entry("live.KnownSettings", SETTINGS),
          Map.entry("live.LiveBinding", SETTINGS),
          Map.entry("live.LiveLayers", SETTINGS),
          Map.entry("live.RecordNames", SETTINGS),
          Map.entry("live.SetSetting", SETTINGS),
          Map.entry("live.SettingText", SETTINGS),
          Map.entry("server.ApplicationInterceptors", GATHERS),
          Map.entry("server.ServedServices", GATHERS),
          Map.entry("server.ServerAssembly", GATHERS));

  /** A policy of a feature by its name, yet imports gRPC. */
  static final Map<String, String> GRPC =
      Map.ofEntries(
          Map.entry("async.AsyncAnswer", STUBS),
          Map.entry("async.Batch", CONTEXT),
          Map.entry("async.BatchItem", CONTEXT),
          Map.entry("async.BlockingCall", STUBS),
          Map.entry("async.CallPlaces", "makes stored calls, at a service or over a channel"),
          Map.entry("async.CallRunner", CONTEXT),
          Map.entry("async.Calls", STUBS),
          Map.entry("async.IdempotencyKey", CONTEXT),
          Map.entry("async.InPlaceCall", "is a call of gRPC's without a transport"),
          Map.entry("async.OperationsService", "is a service, as an application's own are"),
          Map.entry("async.RawMarshaller", "is what gRPC asks for bytes"),
          Map.entry("async.Together", CONTEXT),
          Map.entry("circuitbreaker.GrpcBreakerDefaults", "names the exceptions a breaker counts"),
          Map.entry("client.ChannelFactory", MAKES),
          Map.entry("client.ChannelSettings", "asks which load balancers there are"),
          Map.entry("client.GrpcChannels", "is the user's door to channels"),
          Map.entry("client.SharedChannels", MAKES),
          Map.entry("client.StubFactories", MAKES),
          Map.entry("deadline.Deadlines", CONTEXT),
          Map.entry("deadline.GrpcContextAccessor", CONTEXT),
          Map.entry("deadline.MessageCorrelation", "asks a method for its types of message"),
          Map.entry("deadline.PropagatingExecutor", CONTEXT),
          Map.entry("health.HealthNames", MAKES),
          Map.entry("retry.Retries", "is the user's door to channels the starter did not make"),
          Map.entry("server.ApplicationInterceptors", MAKES),
          Map.entry("server.RunningServers", MAKES),
          Map.entry("server.ServedServices", MAKES),
          Map.entry("server.ServerAssembly", MAKES),
          Map.entry("server.SocketServer", MAKES),
          Map.entry("stream.FramedMessages", "reads the types of a method's messages"),
          Map.entry("stream.PacedReader", STREAM),
          Map.entry("stream.PlainStream", SERVES),
          Map.entry("stream.PlatformSessions", STREAM),
          Map.entry("stream.RequestWriter", STREAM),
          Map.entry("stream.ResumableSession", "keeps what it does in gRPC's order of tasks"),
          Map.entry("stream.ServedSessions", SERVES),
          Map.entry("stream.ServedStream", SERVES),
          Map.entry("stream.SessionCall", MAKES),
          Map.entry("stream.SessionRoute", MAKES),
          Map.entry("stream.SessionStream", SERVES),
          Map.entry("stream.SessionWork", CONTEXT),
          Map.entry("stream.Sessions", STREAM),
          Map.entry("stream.StreamOutput", SERVES),
          Map.entry("stream.StreamPump", STREAM),
          Map.entry("stream.StreamWriter", STREAM));

  /** A policy of a feature by its name, yet asks the machine for the time. */
  static final Map<String, String> TIME =
      Map.of(
          "client.SharedChannels",
          "waits for real channels to end, so a time of the test's own would not help",
          "telemetry.MethodSpans",
          "turns a nanosecond reading of the call machine into the wall time that a span wants");

  private Exceptions() {}
}

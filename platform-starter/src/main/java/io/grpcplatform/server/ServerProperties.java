package io.grpcplatform.server;

import io.grpcplatform.SettingException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The settings of the server.
 *
 * @param enabled Whether services are served at all.
 * @param port Port to listen on. 0 picks a free one, published as "local.grpc.port"; -1 opens no
 *     socket, so that only the in-process server serves.
 * @param address Local address to listen on. All addresses if not set.
 * @param inProcessName Name under which the same services are also served inside this process. Not
 *     served in-process if not set.
 */
@ConfigurationProperties(prefix = ServerProperties.PREFIX, ignoreUnknownFields = false)
record ServerProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("9090") int port,
    @Nullable String address,
    @Nullable String inProcessName,
    @DefaultValue Reflection reflection,
    @DefaultValue Channelz channelz,
    @DefaultValue Inbound inbound,
    @DefaultValue Keepalive keepalive,
    @DefaultValue Connection connection,
    @DefaultValue Shutdown shutdown,
    @DefaultValue EarlyHeaders earlyHeaders,
    @DefaultValue Executor executor) {

  static final String PREFIX = "platform.server";
  static final int NO_SOCKET = -1;

  ServerProperties {
    if (port < NO_SOCKET || port > 65535) {
      throw wrong("port", port, "0 to 65535, or -1 for no socket", "9090");
    }
    if (inProcessName != null && inProcessName.isBlank()) {
      throw wrong("in-process-name", "\"" + inProcessName + "\"", "a name", "orders");
    }
  }

  /**
   * Server reflection, which tells tools such as grpcurl the services and their messages.
   *
   * @param enabled Whether the reflection services (v1 and v1alpha) are served.
   */
  record Reflection(@DefaultValue("false") boolean enabled) {}

  /**
   * Channelz, which tells tools the channels, servers and sockets of this process.
   *
   * @param enabled Whether grpc.channelz.v1 is served. Shows addresses and counts of every channel
   *     in the process.
   */
  record Channelz(@DefaultValue("false") boolean enabled) {}

  /**
   * Limits of what is read.
   *
   * @param message Limits of one message.
   * @param metadata Limits of the headers of one call.
   */
  record Inbound(@DefaultValue Message message, @DefaultValue MetadataLimit metadata) {

    /**
     * Limits of one message.
     *
     * @param maxSize Largest request message. A larger one ends its call with RESOURCE_EXHAUSTED.
     */
    record Message(@DefaultValue("4MB") DataSize maxSize) {
      Message {
        bytes("inbound.message.max-size", maxSize, "4MB");
      }
    }

    /**
     * Limits of the headers of one call.
     *
     * @param maxSize Largest request metadata of one call. More ends the call; the client sees
     *     INTERNAL.
     */
    record MetadataLimit(@DefaultValue("8KB") DataSize maxSize) {
      MetadataLimit {
        bytes("inbound.metadata.max-size", maxSize, "8KB");
      }
    }
  }

  /**
   * HTTP/2 pings.
   *
   * @param time How long a connection may be silent before the server pings it. 0s pings never.
   * @param timeout How long the answer to a ping may take before the connection is closed.
   * @param permitTime Shortest interval of client pings that is tolerated. A client that pings more
   *     often is disconnected.
   * @param permitWithoutCalls Whether clients may ping while they have no call in flight.
   */
  record Keepalive(
      @DefaultValue("1m") Duration time,
      @DefaultValue("20s") Duration timeout,
      @DefaultValue("10s") Duration permitTime,
      @DefaultValue("false") boolean permitWithoutCalls) {
    Keepalive {
      notNegative("keepalive.time", time, "1m");
      if (timeout.isNegative() || timeout.isZero()) {
        throw wrong("keepalive.timeout", timeout, "more than 0s", "20s");
      }
      notNegative("keepalive.permit-time", permitTime, "10s");
    }
  }

  /**
   * Limits of one connection.
   *
   * @param maxAge Age at which a connection is asked to go, give or take 10 % so that clients do
   *     not come back all at once. 0s keeps connections for ever.
   * @param maxAgeGrace How long calls of an aged connection may go on before they are cut. 0s never
   *     cuts them.
   * @param maxIdle How long a connection may have no call before it is closed. 0s never closes it.
   * @param maxConcurrentCalls Most calls at a time on one connection; further ones wait in the
   *     client. 0 is unlimited.
   */
  record Connection(
      @DefaultValue("30m") Duration maxAge,
      @DefaultValue("0s") Duration maxAgeGrace,
      @DefaultValue("0s") Duration maxIdle,
      @DefaultValue("0") int maxConcurrentCalls) {
    Connection {
      notNegative("connection.max-age", maxAge, "30m");
      notNegative("connection.max-age-grace", maxAgeGrace, "1h");
      notNegative("connection.max-idle", maxIdle, "5m");
      if (maxConcurrentCalls < 0) {
        throw wrong("connection.max-concurrent-calls", maxConcurrentCalls, ">= 0", "1000");
      }
    }
  }

  /**
   * How the server stops.
   *
   * @param drainDelay How long calls are still served as ever after the server has announced that
   *     it will stop. Default 0s, on Kubernetes 5s.
   * @param gracePeriod How long calls in flight may go on after the drain delay before they are
   *     cut.
   */
  record Shutdown(@Nullable Duration drainDelay, @DefaultValue("20s") Duration gracePeriod) {
    Shutdown {
      if (drainDelay != null) {
        notNegative("shutdown.drain-delay", drainDelay, "5s");
      }
      notNegative("shutdown.grace-period", gracePeriod, "20s");
    }
  }

  /**
   * Headers of streaming calls.
   *
   * @param enabled Whether the headers of a streaming call are sent before its first message, so
   *     that a client can tell a quiet stream from one that never opened.
   * @param methods Exceptions by method, "[pkg.Service/Method]" or "[pkg.Service/*]".
   */
  record EarlyHeaders(
      @DefaultValue("true") boolean enabled, @DefaultValue Map<String, Boolean> methods) {
    EarlyHeaders {
      methods = Map.copyOf(methods);
    }
  }

  /**
   * What runs the handlers, once it is chosen for this Java and this application.
   *
   * @param type Kind of thread that handlers run on. "auto" is "virtual" with
   *     spring.threads.virtual.enabled on Java 21 or newer, else "platform"; "direct" is the event
   *     loop, for handlers that never block. Does not change while the server runs.
   * @param maxThreads Most handlers that run at once. Default 200, with virtual threads 4096.
   * @param queue Most calls that may wait for a thread, critical ones apart, which have as many
   *     places again. One more is refused with UNAVAILABLE and the reason OVERLOADED.
   * @param methods Executors of their own by method, "[pkg.Service/Method]" or "[pkg.Service/*]".
   */
  record Executor(
      @DefaultValue("auto") ExecutorType type,
      @Nullable Integer maxThreads,
      @DefaultValue("1024") int queue,
      @DefaultValue Map<String, OwnExecutor> methods) {
    Executor {
      methods = Map.copyOf(methods);
    }
  }

  /**
   * An executor for some methods alone; what is not set is as for all the others.
   *
   * @param type Kind of thread that these handlers run on.
   * @param maxThreads Most of these handlers that run at once.
   * @param queue Most of these calls that may wait for a thread.
   */
  record OwnExecutor(
      @Nullable ExecutorType type, @Nullable Integer maxThreads, @Nullable Integer queue) {}

  /** As it is set, before it is known what this Java can do. */
  enum ExecutorType {
    AUTO,
    PLATFORM,
    VIRTUAL,
    DIRECT
  }

  /** These settings, but for the executors of {@code next}. */
  ServerProperties withExecutorOf(ServerProperties next) {
    return new ServerProperties(
        enabled,
        port,
        address,
        inProcessName,
        reflection,
        channelz,
        inbound,
        keepalive,
        connection,
        shutdown,
        earlyHeaders,
        next.executor());
  }

  private static void notNegative(String leaf, Duration seen, String example) {
    if (seen.isNegative()) {
      throw wrong(leaf, seen, "0s or more", example);
    }
  }

  private static void bytes(String leaf, DataSize seen, String example) {
    if (seen.toBytes() <= 0 || seen.toBytes() > Integer.MAX_VALUE) {
      throw wrong(leaf, seen, "1B to " + Integer.MAX_VALUE + "B", example);
    }
  }

  static SettingException wrong(
      String leaf, @Nullable Object seen, String expected, String example) {
    return SettingException.of(PREFIX + "." + leaf, seen, expected, example);
  }
}

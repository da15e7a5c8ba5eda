package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Whatever callers invent makes no new series: names of methods, hosts and agents, metadata,
 * traces, callers, tenants, priorities. Over loopback, against a whole application with every
 * feature on that tells callers apart.
 */
final class CardinalityTest {

  private static final int CALLS = 10_000;
  private static final int CHANNELS = 20;
  private static final int AT_A_TIME = 100;
  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();

  /** What comes and goes by itself, or with the scrape. */
  private static final List<String> NOT_OURS =
      List.of("jvm_", "process_", "system_", "http_server_", "tomcat_");

  // Of a seed, so that what once failed can be had again.
  private final Random chance = new Random(7);
  private final Semaphore free = new Semaphore(AT_A_TIME);

  @Test
  void noInventionOfCallersMakesASeries() throws Exception {
    try (LiveScrape live = perCaller()) {
      live.talk();
      hostile(live, 200);
      Set<String> before = ours(live);

      hostile(live, CALLS);

      Set<String> added = ours(live);
      added.removeAll(before);
      assertThat(added).isEmpty();
      assertThat(before).anyMatch(series -> series.contains("rpc_method=\"unknown\""));
    }
  }

  private static LiveScrape perCaller() {
    String unary = "platform.ratelimit.server.methods[platform.test.v1.EchoService/Unary]";
    return LiveScrape.start(
        unary + ".rate=1000000/s",
        unary + ".per=caller",
        "platform.ratelimit.server.caller-header=x-caller",
        "platform.ratelimit.server.tenant-header=x-tenant",
        "platform.loadshedding.mode=observe",
        "logging.level.io.grpcplatform.telemetry.AccessLog=off");
  }

  private static Set<String> ours(LiveScrape live) throws Exception {
    Set<String> ours = new TreeSet<>(live.series());
    ours.removeIf(series -> NOT_OURS.stream().anyMatch(series::startsWith));
    return ours;
  }

  private void hostile(LiveScrape live, int calls) throws Exception {
    List<ManagedChannel> channels = new ArrayList<>();
    for (int i = 0; i < CHANNELS; i++) {
      channels.add(
          NettyChannelBuilder.forAddress("127.0.0.1", live.port())
              .usePlaintext()
              .disableRetry()
              .userAgent(word())
              .build());
    }
    for (int i = 0; i < calls; i++) {
      assertThat(free.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
      call(channels.get(i % CHANNELS), i);
    }
    assertThat(free.tryAcquire(AT_A_TIME, 60, TimeUnit.SECONDS)).isTrue();
    free.release(AT_A_TIME);
    live.awaitEnded(calls);
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private void call(ManagedChannel channel, int number) {
    MethodDescriptor<EchoRequest, EchoResponse> method = EchoServiceGrpc.getUnaryMethod();
    if (number % 2 == 0) {
      String service = number % 4 == 0 ? "platform.test.v1.EchoService" : word();
      method = method.toBuilder().setFullMethodName(service + "/" + word()).build();
    }
    ClientCall<EchoRequest, EchoResponse> call =
        channel.newCall(method, CallOptions.DEFAULT.withAuthority(word() + ".test"));
    call.start(new Freeing(), metadata());
    call.sendMessage(HELLO);
    call.halfClose();
    call.request(2);
  }

  private Metadata metadata() {
    Metadata headers = new Metadata();
    put(headers, "traceparent", "00-" + hex(32) + "-" + hex(16) + "-0" + chance.nextInt(2));
    put(headers, "tracestate", word() + "=" + word());
    put(headers, "baggage", word() + "=" + word());
    put(headers, "x-platform-priority", word());
    put(headers, "x-caller", word());
    put(headers, "x-tenant", word());
    put(headers, "x-" + word(), word());
    put(headers, "grpc-previous-rpc-attempts", String.valueOf(chance.nextInt()));
    return headers;
  }

  private static void put(Metadata headers, String name, String value) {
    headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
  }

  private String word() {
    return "w" + hex(12);
  }

  private String hex(int digits) {
    StringBuilder text = new StringBuilder(digits);
    for (int i = 0; i < digits; i++) {
      text.append(Character.forDigit(chance.nextInt(16), 16));
    }
    return text.toString();
  }

  private final class Freeing extends ClientCall.Listener<EchoResponse> {
    @Override
    public void onClose(Status status, Metadata trailers) {
      free.release();
    }
  }
}

package io.grpcplatform.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Storms of calls that end in every way, on a scripted transport: what a half-open breaker gave out
 * comes back, one for one.
 */
final class PermitConservationTest {

  private static final int THREADS = 4;
  private static final int CALLS = 1_000_000;

  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  /** A transport whose calls do as the driver says; it speaks to each driving thread alone. */
  private static final class ScriptedChannel extends Channel {

    private static final ThreadLocal<Boolean> THROWING = ThreadLocal.withInitial(() -> false);
    private static final ThreadLocal<@Nullable ScriptedCall<?>> LAST = new ThreadLocal<>();

    @Override
    public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
      ScriptedCall<R> call = new ScriptedCall<>(THROWING.get());
      LAST.set(call);
      return new Facade<>(call);
    }

    @Override
    public String authority() {
      return "scripted";
    }
  }

  /** What the transport's side of one call may do. */
  private static final class ScriptedCall<R> {
    private final boolean throwing;
    private final AtomicReference<ClientCall.@Nullable Listener<R>> listener =
        new AtomicReference<>();

    ScriptedCall(boolean throwing) {
      this.throwing = throwing;
    }

    void close(Status status) {
      ClientCall.Listener<R> heard = listener.getAndSet(null);
      if (heard != null) {
        heard.onClose(status, new Metadata());
      }
    }

    void headers() {
      ClientCall.Listener<R> heard = listener.get();
      if (heard != null) {
        heard.onHeaders(new Metadata());
      }
    }
  }

  private static final class Facade<Q, R> extends ClientCall<Q, R> {
    private final ScriptedCall<R> call;

    Facade(ScriptedCall<R> call) {
      this.call = call;
    }

    @Override
    public void start(Listener<R> listener, Metadata headers) {
      if (call.throwing) {
        throw new IllegalStateException("a transport that cannot start");
      }
      call.listener.set(listener);
    }

    @Override
    public void request(int messages) {}

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
      call.close(Status.CANCELLED.withDescription(message));
    }

    @Override
    public void halfClose() {}

    @Override
    public void sendMessage(Q message) {}
  }

  /** What a storm did, counted by its driver. */
  private static final class Tally {
    private final LongAdder admitted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder counted = new LongAdder();
  }

  private static final class Ends extends ClientCall.Listener<EchoResponse> {
    private volatile @Nullable Status status;

    @Override
    public void onClose(Status closed, Metadata trailers) {
      status = closed;
    }
  }

  /** One call of one kind. Those that could not start, and those that end well, are counted. */
  private void oneCall(Channel channel, SplittableRandom random, Tally tally) {
    boolean stream = random.nextBoolean();
    MethodDescriptor<EchoRequest, EchoResponse> method =
        stream ? EchoServiceGrpc.getBidiMethod() : EchoServiceGrpc.getUnaryMethod();
    ClientCall<EchoRequest, EchoResponse> call = channel.newCall(method, CallOptions.DEFAULT);
    Ends ends = new Ends();
    int way = random.nextInt(7);
    ScriptedChannel.THROWING.set(way == 0);
    if (way == 1) {
      call.cancel("before the start", null);
      return;
    }
    try {
      call.start(ends, new Metadata());
    } catch (IllegalStateException cannotStart) {
      tally.admitted.increment();
      tally.counted.increment();
      return;
    }
    if (ends.status != null) {
      tally.refused.increment();
      return;
    }
    tally.admitted.increment();
    ScriptedCall<?> wire = ScriptedChannel.LAST.get();
    switch (way) {
      case 2 -> call.cancel("at once", null);
      case 3 -> {
        call.cancel("and again", null);
        call.cancel("twice", null);
      }
      case 4 -> wire.close(Status.RESOURCE_EXHAUSTED);
      case 5 -> {
        wire.close(Status.UNIMPLEMENTED);
        call.cancel("too late", null);
      }
      default -> {
        if (stream) {
          wire.headers();
        }
        wire.close(Status.OK);
        tally.counted.increment();
      }
    }
  }

  private Tally storm(Channel channel, int calls) throws Exception {
    Tally tally = new Tally();
    List<Callable<@Nullable Void>> work = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      SplittableRandom random = new SplittableRandom(41 + thread);
      work.add(
          () -> {
            for (int i = 0; i < calls / THREADS; i++) {
              oneCall(channel, random, tally);
            }
            return null;
          });
    }
    for (Future<@Nullable Void> done : threads.invokeAll(work, 120, TimeUnit.SECONDS)) {
      done.get();
    }
    return tally;
  }

  private static Channel through(BreakerBench bench) {
    return ClientInterceptors.intercept(
        new ScriptedChannel(), ClientPipeline.of("payment", List.of(bench.stage)));
  }

  /** How many permits a half-open breaker has left. */
  private static int drain(CircuitBreaker breaker) {
    int left = 0;
    while (breaker.tryAcquirePermission()) {
      left++;
    }
    return left;
  }

  @Test
  void aHalfOpenStormLosesAndAddsNoPermit() throws Exception {
    // Given a half-open breaker with more permits than the storm has calls, so that no verdict
    // falls.
    int permits = CALLS + 1;
    BreakerBench bench = new BreakerBench(permits, permits);
    bench.breaker().transitionToOpenState();
    bench.breaker().transitionToHalfOpenState();

    // When calls and streams start, fail to start, are cancelled and close at the same time.
    Tally tally = storm(through(bench), CALLS);

    // Then the permits that are gone are exactly those of counted calls.
    long counted = tally.counted.sum();
    assertThat(tally.refused.sum()).isZero();
    assertThat(counted).isBetween(1L, tally.admitted.sum() - 1);
    assertThat(bench.breaker().getState()).isEqualTo(State.HALF_OPEN);
    assertThat(drain(bench.breaker())).isEqualTo((int) (permits - counted));
  }

  @Test
  void aClosedStormCountsEachCallOnce() throws Exception {
    int calls = CALLS / 10;
    BreakerBench bench = new BreakerBench(3, calls + 1);

    Tally tally = storm(through(bench), calls);

    assertThat(tally.refused.sum()).isZero();
    assertThat(bench.breaker().getMetrics().getNumberOfBufferedCalls())
        .isEqualTo((int) tally.counted.sum());
  }

  @Test
  void aStormOfChangesLosesAndAddsNoPermit() throws Exception {
    // Given a half-open breaker in a storm of calls, whose endings all count or give back.
    int calls = CALLS / 5;
    int permits = calls + 1;
    BreakerBench bench = new BreakerBench(permits, permits);
    Channel channel =
        ClientInterceptors.intercept(
            new ScriptedChannel(),
            ClientPipeline.of("payment", List.of(bench.stage), bench.settings, null));
    bench.breaker().transitionToOpenState();
    bench.breaker().transitionToHalfOpenState();
    SplittableRandom random = new SplittableRandom(99);
    Future<Integer> changes =
        threads.submit(
            () -> {
              int done = 0;
              while (bench.clock.calls.waiting() == 0) {
                if (random.nextBoolean()) {
                  float rate = 1 + random.nextInt(99);
                  bench.changeBreaker(config -> config.failureRateThreshold(rate));
                } else {
                  bench.change("fair-budget", random.nextInt(100) + "ms");
                }
                done++;
              }
              return done;
            });

    // When its settings change all the while.
    Tally tally = storm(channel, calls);
    bench.clock.calls.schedule(() -> {}, 1);

    // Then the last breaker's permits are all there, but for those of the calls it counted.
    assertThat(changes.get(60, TimeUnit.SECONDS)).isGreaterThan(50);
    assertThat(tally.refused.sum()).isZero();
    assertThat(bench.breaker().getState()).isEqualTo(State.HALF_OPEN);
    int counted = bench.breaker().getMetrics().getNumberOfBufferedCalls();
    assertThat(drain(bench.breaker())).isEqualTo(permits - counted);
  }

  @Test
  void callsOfTheClosedStateAddNoHalfOpenPermits() throws Exception {
    // Given calls in flight that were admitted while closed.
    BreakerBench bench = new BreakerBench();
    Channel channel = through(bench);
    List<ClientCall<EchoRequest, EchoResponse>> flying = new ArrayList<>();
    List<ScriptedCall<?>> wires = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      ClientCall<EchoRequest, EchoResponse> call =
          channel.newCall(
              i % 2 == 0 ? EchoServiceGrpc.getUnaryMethod() : EchoServiceGrpc.getBidiMethod(),
              CallOptions.DEFAULT);
      call.start(new Ends(), new Metadata());
      flying.add(call);
      wires.add(ScriptedChannel.LAST.get());
    }

    // When the breaker opens and half-opens, and they all end then, in different ways.
    bench.breaker().transitionToOpenState();
    bench.breaker().transitionToHalfOpenState();
    for (int i = 0; i < flying.size(); i++) {
      switch (i % 3) {
        case 0 -> flying.get(i).cancel("the caller left", null);
        case 1 -> wires.get(i).close(Status.UNAVAILABLE);
        default -> wires.get(i).close(Status.OK);
      }
    }

    // Then half-open has its three permits and has heard nothing.
    assertThat(bench.breaker().getState()).isEqualTo(State.HALF_OPEN);
    assertThat(bench.breaker().getMetrics().getNumberOfBufferedCalls()).isZero();
    assertThat(drain(bench.breaker())).isEqualTo(3);
  }

  @Test
  void callsFromBeforeAResetCountNoMore() {
    BreakerBench bench = new BreakerBench();
    Channel channel = through(bench);
    channel
        .newCall(EchoServiceGrpc.getUnaryMethod(), CallOptions.DEFAULT)
        .start(new Ends(), new Metadata());

    bench.breaker().reset();
    ScriptedChannel.LAST.get().close(Status.UNAVAILABLE);

    assertThat(bench.breaker().getMetrics().getNumberOfBufferedCalls()).isZero();
  }

  @Test
  void probesThatAllGoAwayNeverWedgeTheBreaker() throws Exception {
    BreakerBench bench = new BreakerBench();
    Channel channel = through(bench);
    bench.breaker().transitionToOpenState();
    bench.breaker().transitionToHalfOpenState();

    for (int round = 0; round < 1_000; round++) {
      List<ClientCall<EchoRequest, EchoResponse>> probes = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        ClientCall<EchoRequest, EchoResponse> probe =
            channel.newCall(EchoServiceGrpc.getBidiMethod(), CallOptions.DEFAULT);
        probe.start(new Ends(), new Metadata());
        probes.add(probe);
      }
      probes.forEach(probe -> probe.cancel("gone", null));
    }

    assertThat(drain(bench.breaker())).isEqualTo(3);
  }

  @Test
  void endingsThatRaceGiveOneResultEach() throws Exception {
    // Given many half-open streams that have not opened yet.
    int calls = 20_000;
    BreakerBench bench = new BreakerBench(calls + 1, calls + 1);
    Channel channel = through(bench);
    bench.breaker().transitionToOpenState();
    bench.breaker().transitionToHalfOpenState();
    List<ClientCall<EchoRequest, EchoResponse>> flying = new ArrayList<>();
    List<ScriptedCall<?>> wires = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      ClientCall<EchoRequest, EchoResponse> call =
          channel.newCall(EchoServiceGrpc.getBidiMethod(), CallOptions.DEFAULT);
      call.start(new Ends(), new Metadata());
      flying.add(call);
      wires.add(ScriptedChannel.LAST.get());
    }

    // When headers, a cancel and a close come from three threads at once.
    List<Callable<@Nullable Void>> racers = new ArrayList<>();
    racers.add(() -> each(wires, ScriptedCall::headers));
    racers.add(() -> each(flying, call -> call.cancel("gone", null)));
    racers.add(() -> each(wires, wire -> wire.close(Status.UNIMPLEMENTED)));
    for (Future<@Nullable Void> done : threads.invokeAll(racers, 60, TimeUnit.SECONDS)) {
      done.get();
    }

    // Then each stream either opened and kept its permit, or gave it back.
    int opened = bench.breaker().getMetrics().getNumberOfBufferedCalls();
    assertThat(drain(bench.breaker())).isEqualTo(calls + 1 - opened);
  }

  private static <T> @Nullable Void each(List<T> items, Consumer<T> action) {
    items.forEach(action);
    return null;
  }
}

package io.grpcplatform;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Knows how one server call truly ended, and tells its machine; a call that never gets a machine is
 * counted as unseen. {@link #streamClosed} runs on the transport thread, at any time: before,
 * during or after the start.
 */
final class ServerCallTracer extends ServerStreamTracer {

  /** The tracer of the call that a Context belongs to. */
  static final Context.Key<ServerCallTracer> CURRENT =
      Context.key("io.grpcplatform.server-call-tracer");

  static final Status DEADLINE_PASSED =
      Status.DEADLINE_EXCEEDED.withDescription("The call's deadline passed");

  /**
   * How close to its deadline a reset still counts as the deadline's: an eighth of the whole time
   * between these two. The client's timer and the server's start one network hop apart, a busy or
   * cold process reads headers tens of milliseconds late, and the client's reset usually wins.
   */
  private static final long LEAST_SKEW_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  private static final long MOST_SKEW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final Metadata.Key<String> TIMEOUT =
      Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
  private static final Object CLAIMED = new Object();
  private static final VarHandle LINK;

  static {
    try {
      LINK = MethodHandles.lookup().findVarHandle(ServerCallTracer.class, "link", Object.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final ServerPipeline pipeline;
  private final @Nullable MethodPlan plan;
  private final Metadata headers;
  final long startNanos = System.nanoTime();
  // null: fresh; CLAIMED: a machine is beginning; a machine: linked; an Ending: refused before any
  // machine; a Status: the stream is closed.
  private volatile @Nullable Object link;

  ServerCallTracer(ServerPipeline pipeline, @Nullable MethodPlan plan, Metadata headers) {
    this.pipeline = pipeline;
    this.plan = plan;
    this.headers = headers;
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(CURRENT, this);
  }

  /** Announces a machine; false if the stream is closed already and was counted. */
  boolean claim() {
    return LINK.compareAndSet(this, null, CLAIMED);
  }

  /** Hands over the machine; returns the status the stream was closed with meanwhile, or null. */
  @Nullable Status link(ServerCallMachine<?, ?> machine) {
    return LINK.compareAndSet(this, CLAIMED, machine) ? null : (Status) link;
  }

  /** Notes why the call, which never gets a machine, is about to be closed. */
  void refused(Ending refusal) {
    LINK.compareAndSet(this, null, refusal);
  }

  @Override
  public void streamClosed(Status status) {
    Object before = LINK.getAndSet(this, status);
    if (before == null) {
      pipeline.unseen(
          plan, headers, startNanos, new Outcome(lost(truth(status)), new Metadata(), null, false));
    } else if (before instanceof Ending refused) {
      pipeline.unseen(
          plan,
          headers,
          startNanos,
          new Outcome(truth(status), refused.trailers(), refused.refusal(), true));
    } else if (before instanceof ServerCallMachine<?, ?> machine) {
      machine.wireEnded(status);
    }
  }

  // Messages are only asked for by a handler, and only sent by one: the machine is linked by then.
  @Override
  public void inboundMessageRead(int number, long wireBytes, long bytes) {
    if (wireBytes >= 0 && link instanceof ServerCallMachine<?, ?> machine) {
      machine.plan.received(wireBytes);
    }
  }

  @Override
  public void outboundMessageSent(int number, long wireBytes, long bytes) {
    if (wireBytes >= 0 && link instanceof ServerCallMachine<?, ?> machine) {
      machine.plan.sent(wireBytes);
    }
  }

  private Status truth(Status wire) {
    if (wire.getCode() != Status.Code.CANCELLED) {
      return wire;
    }
    long timeout = timeoutNanos(headers.get(TIMEOUT));
    long lived = System.nanoTime() - startNanos;
    return timeout >= 0 && deadlinePassed(timeout - lived, lived) ? DEADLINE_PASSED : wire;
  }

  /** A reset that comes when {@code due} does is the deadline's, whichever timer was faster. */
  static Status truth(Status wire, @Nullable Deadline due, long startNanos) {
    boolean late =
        wire.getCode() == Status.Code.CANCELLED
            && due != null
            && deadlinePassed(
                due.timeRemaining(TimeUnit.NANOSECONDS), System.nanoTime() - startNanos);
    return late ? DEADLINE_PASSED : wire;
  }

  /**
   * What gRPC calls UNKNOWN when a connection closes under a write, told as what it is: the peer is
   * gone. Only of calls that nobody has failed here, whose failure may be of that type too.
   */
  static Status lost(Status wire) {
    return wire.getCode() == Status.Code.UNKNOWN
            && wire.getCause() instanceof ClosedChannelException
        ? Status.UNAVAILABLE.withDescription("The connection closed").withCause(wire.getCause())
        : wire;
  }

  /** Whether a reset that came with {@code left} nanoseconds to go is the deadline's own. */
  static boolean deadlinePassed(long left, long lived) {
    long part = (left + lived) / 8;
    long skew = Math.min(Math.max(part, LEAST_SKEW_NANOS), MOST_SKEW_NANOS);
    return left <= Math.min(skew, lived);
  }

  /**
   * The {@code grpc-timeout} header in nanoseconds, or -1; its form is fixed by the gRPC over
   * HTTP/2 protocol.
   */
  static long timeoutNanos(@Nullable String header) {
    if (header == null || !header.matches("[0-9]{1,8}[HMSmun]")) {
      return -1;
    }
    long value = Long.parseLong(header.substring(0, header.length() - 1));
    TimeUnit unit =
        switch (header.charAt(header.length() - 1)) {
          case 'H' -> TimeUnit.HOURS;
          case 'M' -> TimeUnit.MINUTES;
          case 'S' -> TimeUnit.SECONDS;
          case 'm' -> TimeUnit.MILLISECONDS;
          case 'u' -> TimeUnit.MICROSECONDS;
          default -> TimeUnit.NANOSECONDS;
        };
    return unit.toNanos(value);
  }
}

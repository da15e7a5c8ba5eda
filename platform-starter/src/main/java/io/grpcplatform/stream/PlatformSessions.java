package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpcplatform.CallClock;
import io.grpcplatform.DrainSignal;
import java.security.SecureRandom;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The resumable sessions of one process, on both sides.
 *
 * <p>Threading: safe.
 */
public final class PlatformSessions implements Sessions, AutoCloseable {

  private final Parts parts;
  private final Set<ResumableSession<?, ?>> open = ConcurrentHashMap.newKeySet();

  /**
   * What sessions are made of.
   *
   * @param limits read once by each session
   * @param clock for heartbeats, silence and pauses
   * @param executor where listeners are told and stages completed
   * @param random for ids, which nobody may guess, and for pauses
   * @param watch hears what happens
   * @param drain how far this process is on its way to stop
   * @param instance tells this process from others, for people; may be empty
   */
  record Parts(
      Supplier<SessionLimits> limits,
      CallClock clock,
      Executor executor,
      RandomGenerator random,
      SessionWatch watch,
      DrainSignal drain,
      String instance) {}

  private PlatformSessions(Parts parts) {
    this.parts = parts;
  }

  /** Sessions of one's own making. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public <Q extends Message, R extends Message> ResumableStream<Q, R> open(
      Channel channel, MethodDescriptor<Q, R> method, SessionListener<R> listener) {
    SessionRoute<Q, R> route = SessionRoute.of(channel, method);
    String id = new UUID(parts.random().nextLong(), parts.random().nextLong()).toString();
    ResumableSession<Q, R> session =
        new ResumableSession<>(id, route, listener, parts, open::remove);
    open.add(session);
    session.begin();
    return session;
  }

  @Override
  public <Q extends Message, R extends Message> Served<Q, R> serve(
      MethodDescriptor<Q, R> method, SessionHandler<Q, R> handler) {
    return ServedSessions.of(
        method,
        handler,
        new ServingTerms(
            parts.limits(), parts.clock(), parts.drain(), parts.watch(), parts.instance()));
  }

  /** Cancels every session that this process has opened. */
  @Override
  public void close() {
    open.forEach(session -> session.cancel("The application stops"));
  }

  /** Makes sessions; what is not said is as in an application without settings. */
  public static final class Builder {

    private Supplier<SessionLimits> limits = () -> SessionLimits.STANDARD;
    private CallClock clock = CallClock.system();
    private Executor executor = Threads.SHARED;
    private RandomGenerator random = Chance.SECURE;
    private SessionWatch watch = SessionWatch.NONE;
    private DrainSignal drain = new DrainSignal();
    private String instance = "";

    private Builder() {}

    /** What a session may keep, and how long it waits: {@link SessionLimits#STANDARD}. */
    public Builder limits(SessionLimits changed) {
      return limits(() -> changed);
    }

    /** Limits that each session reads when it begins. */
    Builder limits(Supplier<SessionLimits> changed) {
      limits = changed;
      return this;
    }

    /** When clients of the sessions served here are to move. */
    public Builder drain(DrainSignal signal) {
      drain = signal;
      return this;
    }

    /** Tells clients where they are, for their logs. */
    public Builder instance(String name) {
      instance = name;
      return this;
    }

    /** Where listeners are told and stages completed, by default daemon threads made as needed. */
    public Builder executor(Executor changed) {
      executor = changed;
      return this;
    }

    Builder clock(CallClock changed) {
      clock = changed;
      return this;
    }

    Builder random(RandomGenerator changed) {
      random = changed;
      return this;
    }

    Builder watch(SessionWatch changed) {
      watch = changed;
      return this;
    }

    public PlatformSessions build() {
      Executor given = executor;
      Executor never =
          task -> {
            try {
              given.execute(task);
            } catch (RejectedExecutionException stopped) {
              task.run(); // the session's end is to be told all the same
            }
          };
      return new PlatformSessions(new Parts(limits, clock, never, random, watch, drain, instance));
    }
  }

  private static final class Chance {
    static final RandomGenerator SECURE = new SecureRandom();
  }

  /** As many as sessions have something to tell at a time. */
  private static final class Threads {
    static final Executor SHARED =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "grpc-platform-sessions");
              thread.setDaemon(true);
              return thread;
            });
  }
}

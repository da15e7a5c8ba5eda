package io.grpcplatform;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hooks that began with one call, outermost first. Keeps the promises that are made to each of
 * them: one {@link CallHook#ended}, at most one {@link CallHook#handlerDone}, and no harm from
 * another's exception.
 *
 * <p>{@link #begin} must have returned before any other method is called.
 */
final class HookChain {

  private static final Logger log = LoggerFactory.getLogger(HookChain.class);
  private static final VarHandle ENDED;
  private static final VarHandle DONE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ENDED = lookup.findVarHandle(HookChain.class, "ended", boolean.class);
      DONE = lookup.findVarHandle(HookChain.class, "done", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final CallHook[] hooks;
  private int size;
  private volatile boolean ended;
  private volatile boolean done;

  /** What an application callback does once every scope is open. */
  @FunctionalInterface
  interface Callback<T> {
    void run(T target, @Nullable Object argument);
  }

  HookChain(StagePlan[] plans) {
    hooks = new CallHook[plans.length];
  }

  /** Lets each plan meet the call; returns why one of them refused, or null. */
  @Nullable Ending begin(StagePlan[] plans, CallStart call) {
    for (StagePlan plan : plans) {
      try {
        CallHook hook = plan.begin(call);
        if (hook != null) {
          hooks[size++] = hook;
        }
      } catch (Refusal refusal) {
        return Ending.of(refusal);
      } catch (RuntimeException | Error failed) {
        log.error(
            "A stage failed to begin {}; the call is refused",
            call.key().fullMethodName(),
            MessageWithheld.of(failed));
        log.debug("The failure of the stage, with its messages", failed);
        return Ending.of(
            Status.INTERNAL.withDescription("A stage of the platform failed"), new Metadata());
      }
    }
    return null;
  }

  /** The trace id of the outermost hook that has one, or null. */
  @Nullable String traceId() {
    for (int i = 0; i < size; i++) {
      try {
        String id = hooks[i].traceId();
        if (id != null) {
          return id;
        }
      } catch (RuntimeException failed) {
        harmless(hooks[i], failed);
      }
    }
    return null;
  }

  void headers(Metadata headers) {
    for (int i = 0; i < size; i++) {
      try {
        hooks[i].headers(headers);
      } catch (RuntimeException failed) {
        harmless(hooks[i], failed);
      }
    }
  }

  /** Returns why a hook refused the message, or null. */
  @Nullable Refusal received(Object message) {
    for (int i = 0; i < size; i++) {
      try {
        hooks[i].received(message);
      } catch (Refusal refusal) {
        return refusal;
      } catch (RuntimeException failed) {
        harmless(hooks[i], failed);
      }
    }
    return null;
  }

  void sent(Object message) {
    for (int i = 0; i < size; i++) {
      try {
        hooks[i].sent(message);
      } catch (RuntimeException failed) {
        harmless(hooks[i], failed);
      }
    }
  }

  void attempt(Attempt kind, int previous) {
    for (int i = 0; i < size; i++) {
      try {
        hooks[i].attempt(kind, previous);
      } catch (RuntimeException failed) {
        harmless(hooks[i], failed);
      }
    }
  }

  /**
   * How many of {@code n} messages the hooks further in than {@code from} (null: all hooks) let
   * through.
   */
  int mayRequest(@Nullable CallHook from, int n) {
    int allowed = n;
    boolean asked = from == null;
    for (int i = 0; i < size && allowed > 0; i++) {
      if (asked) {
        allowed = Math.min(allowed, askOne(hooks[i], allowed));
      } else {
        asked = hooks[i] == from;
      }
    }
    return asked ? Math.max(0, allowed) : 0;
  }

  private static int askOne(CallHook hook, int n) {
    try {
      return hook.mayRequest(n);
    } catch (RuntimeException failed) {
      harmless(hook, failed);
      return n;
    }
  }

  Status closing(Status status, Metadata trailers, @Nullable Throwable cause) {
    Status current = status;
    for (int i = size - 1; i >= 0; i--) {
      try {
        current = hooks[i].closing(current, trailers, cause);
      } catch (RuntimeException | Error failed) {
        harmless(hooks[i], failed);
      }
    }
    return current;
  }

  void handlerDone() {
    if (done || !DONE.compareAndSet(this, false, true)) {
      return;
    }
    for (int i = size - 1; i >= 0; i--) {
      try {
        hooks[i].handlerDone();
      } catch (RuntimeException | Error failed) {
        harmless(hooks[i], failed);
      }
    }
  }

  void ended(Outcome outcome) {
    if (ended || !ENDED.compareAndSet(this, false, true)) {
      return;
    }
    for (int i = size - 1; i >= 0; i--) {
      try {
        hooks[i].ended(outcome);
      } catch (RuntimeException | Error failed) {
        harmless(hooks[i], failed);
      }
    }
  }

  /** Whether the hooks have heard the end. */
  boolean over() {
    return ended;
  }

  /**
   * Runs {@code callback} in {@code context} (null: the current one) and inside every hook's scope.
   */
  <T> void within(
      @Nullable Context context, Callback<T> callback, T target, @Nullable Object argument) {
    run(0, context, callback, target, argument);
  }

  /** Runs {@code callback} in {@code context}, and in no hook's scope. */
  <T> void outside(
      @Nullable Context context, Callback<T> callback, T target, @Nullable Object argument) {
    run(size, context, callback, target, argument);
  }

  private <T> void run(
      int from,
      @Nullable Context context,
      Callback<T> callback,
      T target,
      @Nullable Object argument) {
    if (context == null) {
      within(from, callback, target, argument);
      return;
    }
    Context previous = context.attach();
    try {
      within(from, callback, target, argument);
    } finally {
      context.detach(previous);
    }
  }

  // Recursion keeps the open scopes on the stack: an array of them would be one more object per
  // callback.
  private <T> void within(int from, Callback<T> callback, T target, @Nullable Object argument) {
    for (int i = from; i < size; i++) {
      Object scope = enter(hooks[i]);
      if (scope != null) {
        try {
          within(i + 1, callback, target, argument);
        } finally {
          exit(hooks[i], scope);
        }
        return;
      }
    }
    callback.run(target, argument);
  }

  private static @Nullable Object enter(CallHook hook) {
    try {
      return hook.enter();
    } catch (RuntimeException failed) {
      harmless(hook, failed);
      return null;
    }
  }

  private static void exit(CallHook hook, Object scope) {
    try {
      hook.exit(scope);
    } catch (RuntimeException failed) {
      harmless(hook, failed);
    }
  }

  private static void harmless(CallHook hook, Throwable failed) {
    log.error(
        "{} failed in a callback; the call goes on without it",
        hook.getClass().getName(),
        MessageWithheld.of(failed));
    log.debug("The failure of the callback, with its messages", failed);
  }
}

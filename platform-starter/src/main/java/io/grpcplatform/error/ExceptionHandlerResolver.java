package io.grpcplatform.error;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpcplatform.MessageWithheld;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the {@link GrpcExceptionHandler} method for an exception and asks it. Which one that is, is
 * worked out once per type of exception.
 *
 * <p>Threading: safe as far as the advice is; runs on the thread that closes the call.
 */
final class ExceptionHandlerResolver {

  /** No application has advice. */
  static final ExceptionHandlerResolver NONE = new ExceptionHandlerResolver(List.of());

  private static final Logger log = LoggerFactory.getLogger(ExceptionHandlerResolver.class);
  private static final int DEEPEST_CAUSE = 16;
  private static final Set<Class<?>> ANSWERS =
      Set.of(
          PlatformException.class,
          StatusException.class,
          StatusRuntimeException.class,
          Status.class,
          com.google.rpc.Status.class);

  private final List<Handler> handlers;
  private final Map<Class<?>, Optional<Handler>> nearest = new ConcurrentHashMap<>();

  /**
   * A bean with advice.
   *
   * @param bean whose methods are called
   * @param type where they are declared; not a proxy's class
   */
  record Advice(Object bean, Class<?> type) {}

  /** What a client is told: a status with its trailers. */
  record Answer(Status status, @Nullable Metadata trailers) {}

  private record Handler(Class<? extends Throwable> type, Object bean, Method method) {

    String name() {
      return method.getDeclaringClass().getName() + "." + method.getName();
    }
  }

  private ExceptionHandlerResolver(List<Handler> handlers) {
    this.handlers = handlers;
  }

  /**
   * Reads the methods of all advice, the most important bean first.
   *
   * @throws IllegalStateException if a method takes or returns something else than may be, or one
   *     bean answers twice for one type
   */
  static ExceptionHandlerResolver of(List<Advice> advice) {
    List<Handler> handlers = new ArrayList<>();
    for (Advice from : advice) {
      List<Handler> own = new ArrayList<>();
      for (Class<?> type = from.type(); type != null; type = type.getSuperclass()) {
        for (Method method : type.getDeclaredMethods()) {
          GrpcExceptionHandler marked = method.getAnnotation(GrpcExceptionHandler.class);
          if (marked != null) {
            read(from.bean(), method, marked, own);
          }
        }
      }
      handlers.addAll(own);
    }
    return new ExceptionHandlerResolver(List.copyOf(handlers));
  }

  private static void read(
      Object bean, Method method, GrpcExceptionHandler marked, List<Handler> own) {
    Class<?>[] taken = method.getParameterTypes();
    boolean takes =
        taken.length == 0 || (taken.length == 1 && Throwable.class.isAssignableFrom(taken[0]));
    if (!takes || !ANSWERS.contains(method.getReturnType())) {
      throw wrong(
          method,
          method.toGenericString(),
          "one exception or nothing as parameter, and PlatformException, StatusException,"
              + " StatusRuntimeException, io.grpc.Status or com.google.rpc.Status as result");
    }
    for (Class<? extends Throwable> type : types(method, marked)) {
      for (Handler other : own) {
        boolean overridden = other.method().getName().equals(method.getName());
        if (other.type() == type && !overridden) {
          throw wrong(
              method, type.getName() + ", as has " + other.method().getName(), "one method for it");
        }
      }
      if (!method.trySetAccessible()) {
        throw wrong(method, "not accessible", "a method that reflection may call");
      }
      own.add(new Handler(type, bean, method));
    }
  }

  private static List<Class<? extends Throwable>> types(
      Method method, GrpcExceptionHandler marked) {
    Class<?>[] taken = method.getParameterTypes();
    if (marked.value().length == 0) {
      if (taken.length == 0) {
        throw wrong(
            method, "no type", "the types of exception in the annotation, or one as parameter");
      }
      return List.of(taken[0].asSubclass(Throwable.class));
    }
    for (Class<? extends Throwable> type : marked.value()) {
      if (taken.length == 1 && !taken[0].isAssignableFrom(type)) {
        throw wrong(
            method,
            type.getName() + " for a parameter " + taken[0].getName(),
            "types of exception that the parameter can take");
      }
    }
    return List.of(marked.value());
  }

  private static IllegalStateException wrong(Method method, String seen, String expected) {
    return new IllegalStateException(
        "@GrpcExceptionHandler "
            + method.getDeclaringClass().getName()
            + "."
            + method.getName()
            + ": "
            + seen
            + " (expected: "
            + expected
            + ")");
  }

  /** What the client is to be told of {@code thrown}; null where no method says. */
  @Nullable Answer answer(Throwable thrown) {
    if (handlers.isEmpty()) {
      return null;
    }
    int depth = 0;
    for (Throwable cause = thrown;
        cause != null && depth < DEEPEST_CAUSE;
        cause = cause.getCause()) {
      Handler handler = nearest.computeIfAbsent(cause.getClass(), this::nearest).orElse(null);
      if (handler != null) {
        return ask(handler, cause);
      }
      depth++;
    }
    return null;
  }

  private Optional<Handler> nearest(Class<?> thrown) {
    for (Class<?> type = thrown; type != Object.class; type = type.getSuperclass()) {
      for (Handler handler : handlers) {
        if (handler.type() == type) {
          return Optional.of(handler);
        }
      }
    }
    return Optional.empty();
  }

  private static @Nullable Answer ask(Handler handler, Throwable thrown) {
    try {
      Object answer =
          handler.method().getParameterCount() == 0
              ? handler.method().invoke(handler.bean())
              : handler.method().invoke(handler.bean(), thrown);
      return answer == null ? null : read(answer);
    } catch (InvocationTargetException failed) {
      Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
      log.error(
          "{} failed on {}",
          handler.name(),
          thrown.getClass().getName(),
          MessageWithheld.of(cause));
      log.debug("The failure of the advice, with its messages", cause);
      return null;
    } catch (IllegalAccessException | RuntimeException failed) {
      log.error("{} could not be asked", handler.name(), MessageWithheld.of(failed));
      log.debug("Why it could not, with its messages", failed);
      return null;
    }
  }

  private static @Nullable Answer read(Object answer) {
    Answer read = null;
    if (answer instanceof StatusRuntimeException exception) {
      read = new Answer(exception.getStatus(), exception.getTrailers());
    } else if (answer instanceof StatusException exception) {
      read = new Answer(exception.getStatus(), exception.getTrailers());
    } else if (answer instanceof Status status) {
      read = new Answer(status, null);
    } else if (answer instanceof com.google.rpc.Status details) {
      StatusRuntimeException made = StatusProto.toStatusRuntimeException(details);
      read = new Answer(made.getStatus(), made.getTrailers());
    }
    // An exception that ends a call as OK would be a success without an answer.
    return read == null || read.status().isOk() ? null : read;
  }
}

package io.grpcplatform.client;

import io.grpc.Channel;
import io.grpc.ServiceDescriptor;
import io.grpcplatform.CalledServices;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes generated stubs through the static factories of their {@code XGrpc} class, which are looked
 * up once per stub class.
 *
 * <p>Threading: safe.
 */
final class StubFactories {

  private static final List<String> FACTORIES =
      List.of("newStub", "newBlockingStub", "newBlockingV2Stub", "newFutureStub");

  private final Map<Class<?>, MethodHandle> factories = new ConcurrentHashMap<>();
  private final CalledServices called;

  StubFactories(CalledServices called) {
    this.called = called;
  }

  /** Refuses a class that is no stub this class can make. */
  void check(Class<?> type) {
    factory(type);
  }

  /** A new stub on {@code channel}. */
  <S> S make(Class<S> type, Channel channel) {
    MethodHandle factory = factory(type);
    try {
      return type.cast(factory.invoke(channel));
    } catch (RuntimeException | Error failed) {
      throw failed;
    } catch (Throwable failed) {
      throw new IllegalStateException(type.getName() + " could not be made", failed);
    }
  }

  /** Somebody has a bare channel, and makes stubs there that nobody here sees. */
  void unknown() {
    called.addOthers();
  }

  private MethodHandle factory(Class<?> type) {
    return factories.computeIfAbsent(
        type,
        unknown -> {
          MethodHandle found = find(unknown);
          announce(unknown.getEnclosingClass());
          return found;
        });
  }

  private void announce(Class<?> grpc) {
    try {
      MethodType signature = MethodType.methodType(ServiceDescriptor.class);
      MethodHandle descriptor =
          MethodHandles.publicLookup().findStatic(grpc, "getServiceDescriptor", signature);
      called.add((ServiceDescriptor) descriptor.invoke());
    } catch (RuntimeException | Error failed) {
      throw failed;
    } catch (Throwable other) {
      throw new IllegalStateException(grpc.getName() + " tells no service descriptor", other);
    }
  }

  private static MethodHandle find(Class<?> type) {
    Class<?> grpc = type.getEnclosingClass();
    if (grpc != null) {
      MethodType signature = MethodType.methodType(type, Channel.class);
      for (String name : FACTORIES) {
        try {
          return MethodHandles.publicLookup().findStatic(grpc, name, signature);
        } catch (NoSuchMethodException | IllegalAccessException otherKind) {
          // Each stub class has one factory: the others do not return it.
        }
      }
    }
    throw new StubTypeException(type);
  }
}

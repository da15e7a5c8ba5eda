package io.grpcplatform;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.MethodDescriptor.ReflectableMarshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A marshaller whose exceptions are logged without their messages and end the call as INTERNAL:
 * they pass by every stage, and gRPC would log them whole. Protobuf's own say nothing of what they
 * read and stay as they are, so a message costs nothing more.
 *
 * <p>Runs on the call's executor.
 */
sealed class QuietMarshaller<T> implements Marshaller<T> {

  private static final Logger log = LoggerFactory.getLogger(QuietMarshaller.class);

  private final Marshaller<T> inner;
  private final String method;

  private QuietMarshaller(Marshaller<T> inner, String method) {
    this.inner = inner;
    this.method = method;
  }

  /** The service with its marshallers made quiet; itself where all of them are already. */
  static ServerServiceDefinition around(ServerServiceDefinition service) {
    if (service.getMethods().stream().allMatch(each -> isQuiet(each.getMethodDescriptor()))) {
      return service;
    }
    ServiceDescriptor was = service.getServiceDescriptor();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(was.getName()).setSchemaDescriptor(was.getSchemaDescriptor());
    List<ServerMethodDefinition<?, ?>> methods =
        service.getMethods().stream()
            .<ServerMethodDefinition<?, ?>>map(QuietMarshaller::around)
            .toList();
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder bound = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(bound::addMethod);
    return bound.build();
  }

  private static boolean isQuiet(MethodDescriptor<?, ?> method) {
    return method.getRequestMarshaller() instanceof PrototypeMarshaller
        && method.getResponseMarshaller() instanceof PrototypeMarshaller;
  }

  private static <Q, R> ServerMethodDefinition<Q, R> around(ServerMethodDefinition<Q, R> method) {
    MethodDescriptor<Q, R> was = method.getMethodDescriptor();
    if (isQuiet(was)) {
      return method;
    }
    String name = was.getFullMethodName();
    return ServerMethodDefinition.create(
        was.toBuilder(
                around(was.getRequestMarshaller(), name), around(was.getResponseMarshaller(), name))
            .build(),
        method.getServerCallHandler());
  }

  private static <T> Marshaller<T> around(Marshaller<T> marshaller, String method) {
    return marshaller instanceof ReflectableMarshaller<T> known
        ? new Known<>(known, method)
        : new QuietMarshaller<>(marshaller, method);
  }

  /** One that tells the type of its messages. */
  private static final class Known<T> extends QuietMarshaller<T>
      implements ReflectableMarshaller<T> {

    private final ReflectableMarshaller<T> inner;

    Known(ReflectableMarshaller<T> inner, String method) {
      super(inner, method);
      this.inner = inner;
    }

    @Override
    public Class<T> getMessageClass() {
      return inner.getMessageClass();
    }
  }

  @Override
  public InputStream stream(T message) {
    try {
      return inner.stream(message);
    } catch (RuntimeException failed) {
      throw quiet("An answer of {} could not be written", failed);
    }
  }

  @Override
  public T parse(InputStream message) {
    try {
      return inner.parse(message);
    } catch (RuntimeException failed) {
      throw quiet("A request of {} could not be read", failed);
    }
  }

  private StatusRuntimeException quiet(String what, RuntimeException failed) {
    log.error(what, method, MessageWithheld.of(failed));
    log.debug(what, method, failed);
    return Status.INTERNAL
        .withDescription("A message could not be read or written")
        .asRuntimeException();
  }
}

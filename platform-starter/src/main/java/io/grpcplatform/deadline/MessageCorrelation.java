package io.grpcplatform.deadline;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.ReflectableMarshaller;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Says which answer of a stream belongs to which request, so that {@code
 * platform.deadline.stream.message-timeout} can hold for each pair. A bean of this type covers one
 * method, on whichever side the stream passes.
 *
 * <p>Threading: the functions run on the threads of the call, for several calls at once. They must
 * be quick and must not block.
 */
public final class MessageCorrelation {

  private final String method;
  private final Function<Object, @Nullable Object> request;
  private final Function<Object, @Nullable Object> answer;

  private MessageCorrelation(
      String method,
      Function<Object, @Nullable Object> request,
      Function<Object, @Nullable Object> answer) {
    this.method = method;
    this.request = request;
    this.answer = answer;
  }

  /**
   * The correlation of one method.
   *
   * @param request the key of a request, with {@code equals} and {@code hashCode}; null where it
   *     expects no answer
   * @param answer the key of the request that it answers; null where it answers none
   * @throws IllegalArgumentException if the method's marshallers do not tell their type of message
   */
  public static <Q, R> MessageCorrelation of(
      MethodDescriptor<Q, R> method,
      Function<? super Q, ? extends @Nullable Object> request,
      Function<? super R, ? extends @Nullable Object> answer) {
    return new MessageCorrelation(
        method.getFullMethodName(),
        typed(method.getRequestMarshaller(), request),
        typed(method.getResponseMarshaller(), answer));
  }

  private static <T> Function<Object, @Nullable Object> typed(
      Marshaller<T> marshaller, Function<? super T, ? extends @Nullable Object> key) {
    if (!(marshaller instanceof ReflectableMarshaller<T> known)) {
      throw new IllegalArgumentException(
          marshaller.getClass().getName()
              + " does not tell its type of message (expected: a ReflectableMarshaller, as that of"
              + " generated stubs)");
    }
    Class<T> type = known.getMessageClass();
    return message -> key.apply(type.cast(message));
  }

  /** The full name of the method that this is about. */
  public String method() {
    return method;
  }

  @Nullable Object ofRequest(Object message) {
    return request.apply(message);
  }

  @Nullable Object ofAnswer(Object message) {
    return answer.apply(message);
  }
}

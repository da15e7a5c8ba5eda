package io.grpcplatform.deadline;

import io.grpc.MethodDescriptor;
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
   */
  public static <Q, R> MessageCorrelation of(
      MethodDescriptor<Q, R> method,
      Function<? super Q, ? extends @Nullable Object> request,
      Function<? super R, ? extends @Nullable Object> answer) {
    return new MessageCorrelation(method.getFullMethodName(), erased(request), erased(answer));
  }

  // A call of this method carries no other type of message.
  @SuppressWarnings("unchecked")
  private static <T> Function<Object, @Nullable Object> erased(
      Function<? super T, ? extends @Nullable Object> typed) {
    return message -> typed.apply((T) message);
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

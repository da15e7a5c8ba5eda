package io.grpcplatform.server;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One unary call that a test has sent, and what became of it. */
final class Answer extends ClientCall.Listener<EchoResponse> {

  private final ClientCall<EchoRequest, EchoResponse> call;
  private final CompletableFuture<Status> status = new CompletableFuture<>();
  private Metadata trailers = new Metadata();
  private String text = "";

  private Answer(ClientCall<EchoRequest, EchoResponse> call) {
    this.call = call;
  }

  static Answer to(
      Channel channel, MethodDescriptor<EchoRequest, EchoResponse> method, String text) {
    return to(channel, method, text, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS));
  }

  static Answer to(
      Channel channel,
      MethodDescriptor<EchoRequest, EchoResponse> method,
      String text,
      CallOptions options) {
    Answer answer = new Answer(channel.newCall(method, options));
    answer.call.start(answer, new Metadata());
    answer.call.request(2);
    answer.call.sendMessage(EchoRequest.newBuilder().setText(text).build());
    answer.call.halfClose();
    return answer;
  }

  void cancel() {
    call.cancel("the test gives up", null);
  }

  Status status() throws Exception {
    return status.get(10, TimeUnit.SECONDS);
  }

  String text() throws Exception {
    Status end = status();
    return end.isOk() ? text : end.toString();
  }

  Refusal.@Nullable Reason reason() throws Exception {
    var unused = status();
    return Refusal.reasonOf(trailers);
  }

  @Override
  public void onMessage(EchoResponse message) {
    text = message.getText();
  }

  @Override
  public void onClose(Status end, Metadata received) {
    trailers = received;
    status.complete(end);
  }
}

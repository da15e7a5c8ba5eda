package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A caller that reads no message before the test lets it. */
final class Reading extends ClientCall.Listener<EchoResponse> {

  final List<String> texts = new CopyOnWriteArrayList<>();
  private final Semaphore came = new Semaphore(0);
  private final CompletableFuture<Status> closed = new CompletableFuture<>();
  private final ClientCall<EchoRequest, EchoResponse> call;

  private Reading(ClientCall<EchoRequest, EchoResponse> call) {
    this.call = call;
  }

  /** Opens a call of one request. */
  static Reading open(ManagedChannel channel, MethodDescriptor<EchoRequest, EchoResponse> method) {
    Reading reading = new Reading(channel.newCall(method, CallOptions.DEFAULT));
    reading.call.start(reading, new Metadata());
    reading.call.sendMessage(EchoRequest.getDefaultInstance());
    reading.call.halfClose();
    return reading;
  }

  @Override
  public void onMessage(EchoResponse message) {
    // What long texts say is in their first word; a gigabyte of them would be this test's own leak.
    texts.add(message.getText().substring(0, Math.min(12, message.getText().length())).strip());
    came.release();
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    closed.complete(status);
  }

  void read(int messages) throws InterruptedException {
    call.request(messages);
    assertThat(came.tryAcquire(messages, 60, TimeUnit.SECONDS)).as("messages came").isTrue();
  }

  Status end() throws Exception {
    call.request(1_000_000);
    return closed.get(60, TimeUnit.SECONDS);
  }

  void cancel() {
    call.cancel("the reader went away", null);
  }
}

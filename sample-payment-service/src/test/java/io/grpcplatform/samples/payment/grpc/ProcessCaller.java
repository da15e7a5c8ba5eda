package io.grpcplatform.samples.payment.grpc;

import com.google.rpc.ErrorInfo;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A bare caller of {@code Process} that a test drives step by step. */
final class ProcessCaller {
  private final Channel channel;
  private final BlockingQueue<ProcessResponse> answers = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private ClientCallStreamObserver<ProcessRequest> call;
  private volatile com.google.rpc.Status details = com.google.rpc.Status.getDefaultInstance();

  ProcessCaller(Channel channel) {
    this.channel = channel;
  }

  ProcessCaller reading(int initial) {
    call =
        (ClientCallStreamObserver<ProcessRequest>)
            PaymentServiceGrpc.newStub(channel).process(new Reader(initial));
    return this;
  }

  void send(ProcessRequest command) {
    call.onNext(command);
  }

  void readAll() {
    call.request(Integer.MAX_VALUE);
  }

  void halfClose() {
    call.onCompleted();
  }

  void cancel() {
    call.cancel("the test is done", null);
  }

  ProcessResponse next() throws Exception {
    ProcessResponse answer = answers.poll(20, TimeUnit.SECONDS);
    if (answer == null) {
      throw new TimeoutException("no answer; stream ended: " + end.getNow(null));
    }
    return answer;
  }

  Status end() throws Exception {
    return end.get(20, TimeUnit.SECONDS);
  }

  /** The reason in the ErrorInfo that the stream ended with. */
  String reason() throws Exception {
    return details.getDetails(0).unpack(ErrorInfo.class).getReason();
  }

  private final class Reader implements ClientResponseObserver<ProcessRequest, ProcessResponse> {
    private final int initial;

    Reader(int initial) {
      this.initial = initial;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ProcessRequest> starting) {
      starting.disableAutoRequestWithInitial(initial);
    }

    @Override
    public void onNext(ProcessResponse answer) {
      answers.add(answer);
    }

    @Override
    public void onError(Throwable t) {
      details = StatusProto.fromThrowable(t);
      end.complete(Status.fromThrowable(t));
    }

    @Override
    public void onCompleted() {
      end.complete(Status.OK);
    }
  }
}

package io.grpcplatform.samples.payment.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import java.util.ArrayList;
import java.util.List;

/** The server's end of a call whose reader is not ready until the test says so. */
final class SlowReader extends ServerCallStreamObserver<ProcessResponse> {
  final List<ProcessResponse> answers = new ArrayList<>();
  Runnable onReady = () -> {};
  boolean ready;
  int requested;

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public void request(int count) {
    requested += count;
  }

  @Override
  public void onNext(ProcessResponse answer) {
    answers.add(answer);
  }

  @Override
  public void setOnReadyHandler(Runnable onReadyHandler) {
    onReady = onReadyHandler;
  }

  @Override
  public boolean isCancelled() {
    return false;
  }

  @Override
  public void setOnCloseHandler(Runnable handler) {}

  @Override
  public void setOnCancelHandler(Runnable onCancelHandler) {}

  @Override
  public void setCompression(String compression) {}

  @Override
  public void disableAutoInboundFlowControl() {}

  @Override
  public void disableAutoRequest() {}

  @Override
  public void setMessageCompression(boolean enable) {}

  @Override
  public void onError(Throwable t) {}

  @Override
  public void onCompleted() {}
}

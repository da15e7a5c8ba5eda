package io.grpcplatform.retry;

import io.grpcplatform.client.GrpcClient;
import io.grpcplatform.test.v1.StockServiceGrpc.StockServiceBlockingStub;

/** An application's bean with a stub, so that its service is known before the first call. */
final class StubHolder {
  StubHolder(@GrpcClient("stock") StockServiceBlockingStub stub) {
    if (stub == null) {
      throw new IllegalArgumentException("no stub was injected");
    }
  }
}

package io.grpcplatform.client;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Tells a start that failed for the type of an injected stub what can be injected. */
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
final class StubTypeFailureAnalyzer extends AbstractFailureAnalyzer<StubTypeException> {

  @Override
  protected FailureAnalysis analyze(Throwable failure, StubTypeException cause) {
    return new FailureAnalysis(
        "A @GrpcClient cannot be injected:\n\n    " + cause.getMessage(),
        "Inject one of the stub classes inside the generated ...Grpc class, or inject the channel and"
            + " make the stub from it:\n\n"
            + "    @GrpcClient(\"payment\") io.grpc.Channel payment",
        cause);
  }
}

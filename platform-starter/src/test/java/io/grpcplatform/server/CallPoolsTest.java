package io.grpcplatform.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.CallPools;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.RankedServiceGrpc;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whoever looks at how busy threads are learns which of them a method has. */
final class CallPoolsTest {

  @Test
  void methodsAreInThePoolsTheyRunOn() {
    try (ServerExecutors executors =
        ServerExecutors.of(
            ExecutorPlan.platform(),
            Map.of(
                "platform.test.v1.RankedService/*",
                ExecutorPlan.platform(2, 2),
                "platform.test.v1.EchoService/Bidi",
                ExecutorPlan.direct()))) {
      CallPools pools = executors;

      assertThat(pools.poolOf(EchoServiceGrpc.getUnaryMethod())).isEqualTo("default");
      assertThat(pools.poolOf(EchoServiceGrpc.getBidiMethod())).isEqualTo("direct");
      assertThat(pools.poolOf(RankedServiceGrpc.getPayMethod()))
          .isEqualTo(pools.poolOf(RankedServiceGrpc.getBrowseMethod()))
          .isEqualTo("platform.test.v1.RankedService/*");
    }
  }
}

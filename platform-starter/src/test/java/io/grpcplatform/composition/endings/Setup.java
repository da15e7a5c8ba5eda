package io.grpcplatform.composition.endings;

import io.grpc.ClientInterceptor;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpcplatform.StagePlan;
import io.grpcplatform.server.ExecutorPlan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is different on the two sides for one ending. */
final class Setup {

  final List<String> properties = new ArrayList<>();
  final List<ServerInterceptor> serverInterceptors = new ArrayList<>();
  final List<ClientInterceptor> innerClientInterceptors = new ArrayList<>();
  Consumer<NettyServerBuilder> server = builder -> {};
  Consumer<NettyChannelBuilder> channel = builder -> {};
  Order order = Order.TELEMETRY_OUTSIDE;
  boolean fresh;
  boolean earlyHeaders = true;
  boolean unwritableAnswers;
  boolean clientDeadlines = true;
  boolean serverDeadlines = true;
  @Nullable StagePlan security;
  @Nullable ExecutorPlan executor;
  @Nullable String target;

  /** How the server's stages are put together. */
  enum Order {
    /** As the product does it. */
    TELEMETRY_OUTSIDE,
    /** A chain in which what makes failures safe is further out than what measures. */
    ERROR_OUTSIDE,
    /** A chain in which the stages that refuse are further out than what measures. */
    REFUSALS_OUTSIDE
  }

  void properties(String... more) {
    Collections.addAll(properties, more);
  }

  /** An application of its own, since the call leaves traces in its stages' state. */
  void fresh() {
    fresh = true;
  }

  void server(Consumer<NettyServerBuilder> more) {
    server = server.andThen(more);
  }

  void channel(Consumer<NettyChannelBuilder> more) {
    channel = channel.andThen(more);
  }
}

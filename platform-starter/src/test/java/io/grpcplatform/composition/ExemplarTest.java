package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a scraper that understands OpenMetrics reads beside the buckets of a whole application. */
final class ExemplarTest {

  private static final String SAMPLED = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String UNSAMPLED = "a3ce929d0e0e47364bf92f3577b34da6";
  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

  @Test
  void aBucketRemembersTheTraceOfASampledCall() throws Exception {
    try (LiveScrape live = LiveScrape.start()) {
      call(live, "00-" + SAMPLED + "-00f067aa0ba902b7-01");

      List<String> buckets = exemplars(live, SAMPLED);

      assertThat(buckets)
          .filteredOn(line -> line.startsWith("grpc_server_seconds_bucket{"))
          .singleElement()
          .asString()
          .contains("rpc_method=\"Unary\"", "grpc_status_code=\"OK\"");
    }
  }

  @Test
  void aTraceThatIsNotSampledIsNoExemplar() throws Exception {
    try (LiveScrape live = LiveScrape.start()) {
      call(live, "00-" + UNSAMPLED + "-00f067aa0ba902b7-00");

      assertThat(live.text(LiveScrape.OPEN_METRICS)).doesNotContain(UNSAMPLED);
    }
  }

  private static void call(LiveScrape live, String traceparent) throws Exception {
    Metadata headers = new Metadata();
    headers.put(TRACEPARENT, traceparent);
    var bare = NettyChannelBuilder.forAddress("127.0.0.1", live.port()).usePlaintext().build();
    try {
      EchoServiceGrpc.newBlockingStub(
              ClientInterceptors.intercept(
                  bare, MetadataUtils.newAttachHeadersInterceptor(headers)))
          .unary(EchoRequest.newBuilder().setText("hello").build());
    } finally {
      bare.shutdownNow();
    }
    live.awaitEnded(1);
  }

  private static List<String> exemplars(LiveScrape live, String trace) throws Exception {
    return live.text(LiveScrape.OPEN_METRICS)
        .lines()
        .filter(line -> line.contains("# {") && line.contains("trace_id=\"" + trace + "\""))
        .toList();
  }
}

package io.grpcplatform.samples.order.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Index.atIndex;

import io.grpcplatform.samples.order.OrderApplication;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * One order from its buyer to its end, through two services, their stream and their databases, read
 * back from a real Zipkin.
 */
@Timeout(300)
class OneOrderOneTraceTest {

  @TempDir static Path data;

  private static final String PLACE = "samples.order.v1.orderservice/placeorder";
  private static final String GET = "samples.payment.v1.paymentservice/getpayment";
  private static final String PROCESS = "samples.payment.v1.paymentservice/process";

  private static ZipkinServer zipkin;
  private static OrderTrace order;
  private static OrderTrace stream;

  @BeforeAll
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  static void buyOneMug() throws Exception {
    zipkin = ZipkinServer.start();
    String traceId;
    try (PaymentProcess payment = PaymentProcess.start(data, zipkin.spansEndpoint())) {
      zipkin.awaitReady();
      payment.awaitReady();
      traceId = buy(payment);
    }
    // Both services have ended, and exported whatever they still had.
    order = zipkin.trace(traceId, trace -> trace.services() == 3 && trace.orphans().isEmpty());
    stream =
        zipkin.trace(order.only("handle authorize").streamTrace(), trace -> trace.services() == 2);
  }

  private static String buy(PaymentProcess payment) {
    try (ConfigurableApplicationContext app = startOrder(payment.port())) {
      int port = Integer.parseInt(app.getEnvironment().getRequiredProperty("local.grpc.port"));
      try (TracedShopper shopper =
          new TracedShopper(zipkin.spansEndpoint(), port, payment.port())) {
        return shopper.buy();
      }
    }
  }

  private static ConfigurableApplicationContext startOrder(int paymentPort) {
    return new SpringApplicationBuilder(OrderApplication.class)
        .properties(
            "ORDER_GRPC_PORT=0",
            "ORDER_HTTP_PORT=0",
            "PAYMENT_TARGET=127.0.0.1:" + paymentPort,
            "TRACE_SAMPLING=1.0",
            "ZIPKIN_EXPORT=true",
            "ZIPKIN_ENDPOINT=" + zipkin.spansEndpoint(),
            "ORDER_DATA_DIR=" + data)
        .run();
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (zipkin != null) {
      zipkin.close();
    }
  }

  @Test
  void allSpansOfAnOrderAreOneTree() {
    assertThat(order.roots()).extracting(ZipkinSpan::name).containsExactly("buy");
    assertThat(order.orphans()).isEmpty();
  }

  @Test
  void treeGoesThroughAllHopsInOrder() {
    ZipkinSpan buying = order.only("buy");
    ZipkinSpan called = order.child(buying, "shopper", "CLIENT", PLACE);
    ZipkinSpan placed = order.child(called, "order", "SERVER", PLACE);
    ZipkinSpan authorize = order.child(placed, "order", "PRODUCER", "send authorize");
    ZipkinSpan held = order.child(authorize, "payment", "CONSUMER", "handle authorize");
    ZipkinSpan authorized = order.child(held, "order", "CONSUMER", "handle authorized");
    ZipkinSpan capture = order.child(authorized, "order", "PRODUCER", "send capture");
    ZipkinSpan taken = order.child(capture, "payment", "CONSUMER", "handle capture");
    ZipkinSpan captured = order.child(taken, "order", "CONSUMER", "handle captured");

    order.child(placed, "order", "CLIENT", "insert shop_order");
    order.child(placed, "order", "CLIENT", "insert outbox");
    order.child(held, "payment", "CLIENT", "insert payment");
    order.child(authorized, "order", "CLIENT", "delete outbox");
    order.child(authorized, "order", "CLIENT", "insert outbox");
    order.child(taken, "payment", "CLIENT", "update payment");
    order.child(captured, "order", "CLIENT", "update shop_order");
  }

  @Test
  void messagesNameTheSpanOfTheirStream() {
    ZipkinSpan client = stream.only("CLIENT", PROCESS);
    ZipkinSpan server = stream.only("SERVER", PROCESS);

    assertThat(server.parent()).isEqualTo(client.id());
    for (String sent : List.of("send authorize", "send capture", "handle authorized")) {
      assertThat(order.only(sent).tags()).as(sent).containsEntry("stream.span_id", client.id());
    }
    for (String handled : List.of("handle authorize", "handle capture")) {
      assertThat(order.only(handled).tags())
          .as(handled)
          .containsEntry("stream.span_id", server.id());
    }
  }

  @Test
  void streamIsTracedApartFromTheOrdersItCarries() {
    assertThat(stream.roots()).extracting(ZipkinSpan::service).containsExactly("order");
    assertThat(stream.orphans()).isEmpty();
    assertMessagesAreEventsOf(stream.only("CLIENT", PROCESS));
    assertMessagesAreEventsOf(stream.only("SERVER", PROCESS));
  }

  @Test
  void attemptsOfARetriedCallAreVisible() {
    ZipkinSpan called = order.child(order.only("buy"), "shopper", "CLIENT", GET);

    assertThat(called.events())
        .hasSize(2)
        .satisfies(first -> assertThat(first).contains("original"), atIndex(0))
        .satisfies(second -> assertThat(second).contains("retry"), atIndex(1));
    assertThat(order.children(called))
        .extracting(span -> span.tags().get("grpc.status_code"))
        .containsExactly("UNAVAILABLE", "OK");
  }

  @Test
  void noSpanTellsWhatWasPaidOrWithWhichCard() {
    assertThat(order.text()).contains("INSERT INTO shop_order").doesNotContain("tok_4242");
  }

  /** Two commands and two answers, and what the session has to say around them. */
  private static void assertMessagesAreEventsOf(ZipkinSpan span) {
    // Open and opened, authorize and capture with their answers, close and close.
    assertThat(span.events())
        .filteredOn(event -> event.startsWith("\"message\""))
        .hasSizeGreaterThanOrEqualTo(8);
  }
}

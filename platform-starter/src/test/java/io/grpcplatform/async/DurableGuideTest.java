package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.Operation;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

/** The guide's code on durable calls runs. */
final class DurableGuideTest {

  /** Who submits. */
  static class Returns {

    private final JdbcTemplate jdbc;
    private final DurableCalls calls;

    Returns(JdbcTemplate jdbc, DurableCalls calls) {
      this.jdbc = jdbc;
      this.calls = calls;
    }

    @Transactional
    public Operation refund(String order) {
      jdbc.update("UPDATE orders SET state = 'REFUNDING' WHERE id = ?", order);
      return calls.submit(
          EchoServiceGrpc.getUnaryMethod(),
          EchoRequest.newBuilder().setText(order).build(),
          SubmitOptions.NONE.withKey("refund-" + order));
    }
  }

  /** Who carries it out. */
  static final class Refunds extends EchoServiceGrpc.EchoServiceImplBase {

    private final JdbcTemplate jdbc;

    Refunds(JdbcTemplate jdbc) {
      this.jdbc = jdbc;
    }

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> responses) {
      String key = IdempotencyKey.current().orElseThrow();
      jdbc.update("INSERT INTO refunds (id, order_id) VALUES (?, ?)", key, request.getText());
      responses.onNext(EchoResponse.newBuilder().setText("refunded").build());
      responses.onCompleted();
    }
  }

  /** Who hears of it. */
  static class RefundEnds implements DurableCallListener {

    private final JdbcTemplate jdbc;

    RefundEnds(JdbcTemplate jdbc) {
      this.jdbc = jdbc;
    }

    @Override
    public MethodDescriptor<?, ?> method() {
      return EchoServiceGrpc.getUnaryMethod();
    }

    @Override
    public void ended(EndedCall call) {
      String order = call.request(EchoRequest.class).getText();
      String state = call.succeeded() ? "REFUNDED" : "REFUND_FAILED";
      jdbc.update("UPDATE orders SET state = ? WHERE id = ?", state, order);
    }
  }

  /** Lets the test wait for it. */
  static final class AwaitedEnds extends RefundEnds {

    final CountDownLatch told = new CountDownLatch(1);

    AwaitedEnds(JdbcTemplate jdbc) {
      super(jdbc);
    }

    @Override
    public void ended(EndedCall call) {
      super.ended(call);
      CallTransactions.afterCommit(told::countDown);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {
    @Bean
    Refunds refunds(JdbcTemplate jdbc) {
      jdbc.execute("CREATE TABLE orders (id VARCHAR(20), state VARCHAR(20))");
      jdbc.execute("CREATE TABLE refunds (id VARCHAR(80) PRIMARY KEY, order_id VARCHAR(20))");
      jdbc.execute("INSERT INTO orders VALUES ('7', 'CONFIRMED')");
      return new Refunds(jdbc);
    }

    @Bean
    Returns returns(JdbcTemplate jdbc, DurableCalls calls) {
      return new Returns(jdbc, calls);
    }

    @Bean
    AwaitedEnds refundEnds(JdbcTemplate jdbc) {
      return new AwaitedEnds(jdbc);
    }
  }

  @Test
  void theGuidesRefundIsMadeAndHeardOf() throws Exception {
    try (DurableApplication app =
        DurableApplication.of(Database.H2.fresh(), List.of(Application.class))) {
      Returns returns = app.context.getBean(Returns.class);
      Operation operation = returns.refund("7");

      Operation ended = app.ended(operation);
      boolean told = app.context.getBean(AwaitedEnds.class).told.await(20, TimeUnit.SECONDS);

      assertThat(ended.getResponse().unpack(EchoResponse.class).getText()).isEqualTo("refunded");
      assertThat(told).isTrue();
      assertThat(app.jdbc().queryForObject("SELECT state FROM orders", String.class))
          .isEqualTo("REFUNDED");
      assertThat(app.jdbc().queryForList("SELECT id FROM refunds", String.class))
          .containsExactly("refund-7");
    }
  }
}

package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.DeleteOperationRequest;
import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.ListOperationsRequest;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.longrunning.OperationsGrpc.OperationsBlockingStub;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.util.Durations;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** How those who submitted hear of the end, and whoever asks over gRPC; and calls to elsewhere. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DurableEndsTest {

  private final Ears ears = new Ears();
  private DurableApplication server;
  private DurableApplication client;
  private ManagedChannel channel;
  private OperationsBlockingStub operations;

  /** Writes what it hears into a table, and fails the first time. */
  static final class Ears implements DurableCallListener {
    final Map<String, AtomicInteger> told = new ConcurrentHashMap<>();
    final Map<String, CountDownLatch> heard = new ConcurrentHashMap<>();
    JdbcTemplate jdbc;

    @Override
    public MethodDescriptor<?, ?> method() {
      return EchoServiceGrpc.getUnaryMethod();
    }

    @Override
    public void ended(EndedCall call) {
      String text = call.request(EchoRequest.class).getText();
      int times = told.computeIfAbsent(text, absent -> new AtomicInteger()).incrementAndGet();
      String end = call.succeeded() ? call.response(EchoResponse.class).getText() : "failed";
      jdbc.update("INSERT INTO heard VALUES (?, ?, ?)", text, call.key(), end);
      if (text.startsWith("deaf") && times < 3) {
        throw new IllegalStateException("It did not listen");
      }
      org.springframework.transaction.support.TransactionSynchronizationManager
          .registerSynchronization(
              new org.springframework.transaction.support.TransactionSynchronization() {
                @Override
                public void afterCommit() {
                  latch(text).countDown();
                }
              });
    }

    CountDownLatch latch(String text) {
      return heard.computeIfAbsent(text, absent -> new CountDownLatch(1));
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Listening {
    static Ears shared;

    @Bean
    Ears ears(JdbcTemplate jdbc) {
      jdbc.execute(
          "CREATE TABLE heard (text VARCHAR(200), call_key VARCHAR(200), outcome VARCHAR(200))");
      shared.jdbc = jdbc;
      return shared;
    }
  }

  @BeforeAll
  void start() {
    Listening.shared = ears;
    server = DurableApplication.on(Database.H2.fresh());
    client =
        DurableApplication.of(
            Database.POSTGRESQL.fresh(),
            List.of(DurableApplication.Submitting.class, Listening.class),
            "platform.client.channels.ledger.target=static://127.0.0.1:" + server.port(),
            "platform.retry.enabled=false");
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    operations = OperationsGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  @AfterAll
  void stop() {
    channel.shutdownNow();
    client.close();
    server.close();
  }

  private static SubmitOptions remote() {
    return SubmitOptions.NONE.withChannel("ledger");
  }

  @Test
  void callsAnotherApplicationOverANamedChannelWithTheKey() throws Exception {
    Operation ended = client.ended(client.submit("remote", remote().withKey("remote-key")));

    assertThat(ended.getResponse().unpack(EchoResponse.class).getText()).isEqualTo("remote done");
    assertThat(server.ledger().keys).contains("remote-key");
  }

  @Test
  void tellsAListenerAgainUntilItHasHeardAndKeepsItsWorkOnce() throws Exception {
    client.submit("deaf", remote().withKey("deaf-key"));

    boolean heard = ears.latch("deaf").await(20, TimeUnit.SECONDS);

    assertThat(heard).isTrue();
    assertThat(ears.told.get("deaf")).hasValue(3);
    assertThat(
            client.jdbc().queryForList("SELECT call_key, outcome FROM heard WHERE text = 'deaf'"))
        .containsExactly(Map.of("call_key", "deaf-key", "outcome", "deaf done"));
  }

  @Test
  void tellsAListenerOfADeadLetter() throws Exception {
    client.submit("NOT_FOUND:9:nobody", remote());

    boolean heard = ears.latch("NOT_FOUND:9:nobody").await(20, TimeUnit.SECONDS);

    assertThat(heard).isTrue();
    assertThat(
            client
                .jdbc()
                .queryForObject(
                    "SELECT outcome FROM heard WHERE text = 'NOT_FOUND:9:nobody'", String.class))
        .isEqualTo("failed");
  }

  @Test
  void refusesAMethodThatNobodyWouldCarryOut() {
    assertThat(failure(() -> client.submit("lost")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("EchoService/Unary is not served by this application");
    assertThat(failure(() -> client.submit("lost", SubmitOptions.NONE.withChannel("nowhere"))))
        .hasMessageContaining("platform.client.channels.nowhere.target");
  }

  private static Throwable failure(Runnable call) {
    return org.assertj.core.api.Assertions.catchThrowable(call::run);
  }

  @Test
  void waitsForTheEndOverGrpcOrUntilTheTimeIsOver() {
    Operation submitted = server.submit("slow", SubmitOptions.NONE.withDelay(Duration.ofHours(1)));
    WaitOperationRequest.Builder wait =
        WaitOperationRequest.newBuilder().setName(submitted.getName());

    Operation still = operations.waitOperation(wait.setTimeout(Durations.fromMillis(150)).build());
    operations.cancelOperation(
        CancelOperationRequest.newBuilder().setName(submitted.getName()).build());
    Operation over = operations.waitOperation(wait.setTimeout(Durations.fromSeconds(20)).build());

    assertThat(still.getDone()).isFalse();
    assertThat(over.getDone()).isTrue();
    assertThat(over.getError().getCode()).isEqualTo(Code.CANCELLED.value());
  }

  @Test
  void listsGetsAndForgetsOperations() throws Exception {
    Operation submitted = server.submit("listed", SubmitOptions.NONE.withKey("listed"));
    server.ended(submitted);
    GetOperationRequest get = GetOperationRequest.newBuilder().setName(submitted.getName()).build();

    Operation got = operations.getOperation(get);
    List<Operation> listed =
        operations
            .listOperations(
                ListOperationsRequest.newBuilder().setFilter("done=true").setPageSize(100).build())
            .getOperationsList();
    operations.deleteOperation(
        DeleteOperationRequest.newBuilder().setName(submitted.getName()).build());

    assertThat(got.getResponse().unpack(EchoResponse.class).getText()).isEqualTo("listed done");
    assertThat(listed).extracting(Operation::getName).contains(submitted.getName());
    assertThat(failure(() -> operations.getOperation(get)))
        .isInstanceOf(StatusRuntimeException.class)
        .extracting(failed -> ((StatusRuntimeException) failed).getStatus().getCode())
        .isEqualTo(Code.NOT_FOUND);
    server.submit("listed", SubmitOptions.NONE.withKey("listed"));
    assertThat(server.ledger().begun("listed")).isEqualTo(1);
  }

  @Test
  void cancelsACallThatRuns() throws Exception {
    try (DurableApplication app = DurableApplication.on(Database.H2.fresh())) {
      Operation submitted = app.submit("hold:UNAVAILABLE");
      assertThat(app.ledger().held.await(20, TimeUnit.SECONDS)).isTrue();

      boolean told = app.calls().cancel(submitted.getName());
      app.ledger().release.countDown();
      Operation ended = app.ended(submitted);

      assertThat(told).isTrue();
      // It had done its work all the same: what is committed is the truth.
      assertThat(ended.hasResponse() || ended.getError().getCode() == Code.CANCELLED.value())
          .isTrue();
      assertThat(app.ledger().written("hold:UNAVAILABLE")).isEqualTo(ended.hasResponse() ? 1 : 0);
    }
  }
}

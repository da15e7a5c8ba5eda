package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.Operation;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.LocalServices;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.async.CallTable.Claim;
import io.grpcplatform.async.DurableEngine.Application;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** When stored calls are begun, by a clock that the test owns. */
final class DurableTimesTest {

  private static final long DAY = 86_400_000;

  private final AtomicLong now = new AtomicLong(1_000_000_000_000L);
  private final Behaviour behaviour = new Behaviour();
  private CallTable table;
  private CallTransactions transactions;
  private DurableEngine engine;

  /** Fails as often as the test wants. */
  private static final class Behaviour extends EchoServiceGrpc.EchoServiceImplBase
      implements LocalServices {
    int begun;
    int failures;
    RuntimeException failure = Code.UNAVAILABLE.toStatus().asRuntimeException();

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> responses) {
      begun++;
      if (begun <= failures) {
        responses.onError(failure);
        return;
      }
      responses.onNext(EchoResponse.getDefaultInstance());
      responses.onCompleted();
    }

    @Override
    public Collection<MethodDescriptor<?, ?>> methods() {
      return List.of(EchoServiceGrpc.getUnaryMethod());
    }

    @Override
    public List<ServerServiceDefinition> bound() {
      return List.of(ServerPipeline.of(List.of()).bind(bindService(), List.of()));
    }
  }

  @BeforeEach
  void start() {
    DriverManagerDataSource database = new DriverManagerDataSource(Database.H2.fresh());
    new ResourceDatabasePopulator(new ClassPathResource("io/grpcplatform/async/schema-h2.sql"))
        .execute(database);
    CallRows rows = new CallRows(new JdbcTemplate(database));
    transactions = new CallTransactions(new JdbcTransactionManager(database));
    table = new CallTable(rows);
    AsyncProperties settings =
        new Binder(
                new MapConfigurationPropertySource(
                    Map.of(
                        "platform.async.retry.max-attempts", "4",
                        "platform.async.retry.initial-backoff", "1s",
                        "platform.async.retry.max-backoff", "3s")))
            .bindOrCreate("platform.async", AsyncProperties.class);
    engine =
        new DurableEngine(
            settings,
            new Application(
                rows,
                transactions,
                new CallPlaces(behaviour, null, Untraced.WORK, false),
                Untraced.WORK,
                List::of,
                now::get,
                () -> UUID.randomUUID().toString(),
                new Random(7),
                null),
            AsyncWatch.NONE);
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private Operation submit(SubmitOptions options) {
    return engine
        .calls()
        .submit(EchoServiceGrpc.getUnaryMethod(), EchoRequest.getDefaultInstance(), options);
  }

  private StoredCall row(Operation operation) {
    StoredCall call = table.find(StoredCall.id(operation.getName()));
    assertThat(call).isNotNull();
    return call;
  }

  @Test
  void triesAgainAfterPausesThatDoubleUpToTheLongest() {
    behaviour.failures = 9;
    Operation submitted = submit(SubmitOptions.NONE);

    long[] longest = {1000, 2000, 3000};
    for (int attempt = 1; attempt <= 3; attempt++) {
      engine.workers().runDue();
      long pause = row(submitted).dueAt() - now.get();
      assertThat(behaviour.begun).isEqualTo(attempt);
      assertThat(pause).isBetween(longest[attempt - 1] / 2, longest[attempt - 1]);
      now.addAndGet(pause - 1);
      assertThat(engine.workers().runDue()).isZero();
      now.addAndGet(1);
    }
    engine.workers().runDue();

    assertThat(behaviour.begun).isEqualTo(4);
    assertThat(row(submitted).state()).isEqualTo(CallState.DEAD);
    assertThat(engine.calls().deadLetters(1).get(0).attempts()).isEqualTo(4);
  }

  @Test
  void waitsForTheDelayAndNoLonger() {
    submit(SubmitOptions.NONE.withDelay(java.time.Duration.ofMillis(1050)));

    now.addAndGet(1049);
    int before = engine.workers().runDue();
    now.addAndGet(1);
    int after = engine.workers().runDue();

    assertThat(before).isZero();
    assertThat(after).isEqualTo(1);
  }

  @Test
  void whatThePlatformRefusedIsNoAttempt() {
    Refusal refused = new Refusal(Refusal.Reason.OVERLOADED, "Too busy", null);
    behaviour.failures = 12;
    behaviour.failure = refused.status().asRuntimeException(refused.trailers());
    Operation submitted = submit(SubmitOptions.NONE);

    for (int i = 0; i < 13; i++) {
      engine.workers().runDue();
      now.addAndGet(3000);
    }

    assertThat(behaviour.begun).isEqualTo(13);
    assertThat(row(submitted).state()).isEqualTo(CallState.DONE);
  }

  @Test
  void aCallWhoseProcessDiesEachTimeIsADeadLetter() {
    Operation submitted = submit(SubmitOptions.NONE);

    for (int i = 0; i < 4; i++) {
      List<Claim> claimed = claim();
      assertThat(claimed).hasSize(1);
      assertThat(claim()).isEmpty();
      now.addAndGet(DurableWorkers.LEASE_MILLIS);
    }
    engine.workers().runDue();

    assertThat(behaviour.begun).isZero();
    assertThat(row(submitted).state()).isEqualTo(CallState.DEAD);
    assertThat(engine.calls().deadLetters(1).get(0).error().getCode()).isEqualTo(Code.DATA_LOSS);
  }

  private List<Claim> claim() {
    return transactions.run(() -> table.claim(now.get(), DurableWorkers.LEASE_MILLIS, 5, Set.of()));
  }

  @Test
  void whoeverClaimedAnOlderAttemptBeginsNothing() {
    submit(SubmitOptions.NONE);
    Claim slow = claim().get(0);
    now.addAndGet(DurableWorkers.LEASE_MILLIS);
    Claim next = claim().get(0);

    engine.runner().run(slow);
    int begunBySlow = behaviour.begun;
    engine.runner().run(next);

    assertThat(begunBySlow).isZero();
    assertThat(behaviour.begun).isEqualTo(1);
  }

  @Test
  void forgetsCallsThatEndedLongAgoAndKeepsDeadLettersLonger() {
    Operation done = submit(SubmitOptions.NONE);
    engine.workers().runDue();
    behaviour.failures = 100;
    behaviour.failure = Code.NOT_FOUND.toStatus().asRuntimeException();
    Operation dead = submit(SubmitOptions.NONE);
    engine.workers().runDue();

    now.addAndGet(7 * DAY + 1);
    engine.workers().runDue();
    boolean doneKnown = engine.calls().find(done.getName()).isPresent();
    boolean deadKnown = engine.calls().find(dead.getName()).isPresent();
    now.addAndGet(23 * DAY);
    engine.workers().runDue();

    assertThat(doneKnown).isFalse();
    assertThat(deadKnown).isTrue();
    assertThat(engine.calls().find(dead.getName())).isEmpty();
  }
}

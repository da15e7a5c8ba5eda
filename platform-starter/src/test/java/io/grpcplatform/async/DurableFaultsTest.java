package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.rpc.Status;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.LocalServices;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.async.CallCarrier.CarrierException;
import io.grpcplatform.async.CallCarrier.Parcel;
import io.grpcplatform.async.CallTable.Claim;
import io.grpcplatform.async.DurableEngine.Application;
import io.grpcplatform.async.DurableWorkers.Chore;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.v1.DurableResult;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/** What goes wrong around durable calls must not lose, double or hold up others. */
@ExtendWith(OutputCaptureExtension.class)
final class DurableFaultsTest {

  private static final long DAY = 86_400_000;
  private static final MethodDescriptor<EchoRequest, EchoResponse> ECHO =
      EchoServiceGrpc.getUnaryMethod();
  private static final MethodDescriptor<EchoRequest, EchoResponse> REFUSED =
      ECHO.toBuilder().setFullMethodName("refused.Service/Call").build();

  private final AtomicLong now = new AtomicLong(1_000_000_000_000L);
  private final AtomicInteger unavailable = new AtomicInteger();
  private final List<DurableCallListener> listeners = new ArrayList<>();
  private final List<Parcel> sent = new ArrayList<>();
  private final Echo echo = new Echo();
  private final DriverManagerDataSource database = new DriverManagerDataSource(Database.H2.fresh());
  private final CallRows rows = new CallRows(new JdbcTemplate(database));
  private final CallTable table = new CallTable(rows);
  private final PlatformTransactionManager manager =
      new JdbcTransactionManager(database) {
        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {
          if (unavailable.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new CannotCreateTransactionException("No connection, says the test");
          }
          super.doBegin(transaction, definition);
        }
      };
  private final CallTransactions transactions = new CallTransactions(manager);
  private DurableEngine engine;

  /** Answers, or fails for good. */
  private static final class Echo extends EchoServiceGrpc.EchoServiceImplBase
      implements LocalServices {
    int begun;
    boolean fails;

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> responses) {
      begun++;
      if (fails) {
        responses.onError(Code.NOT_FOUND.toStatus().asRuntimeException());
        return;
      }
      responses.onNext(EchoResponse.getDefaultInstance());
      responses.onCompleted();
    }

    @Override
    public Collection<MethodDescriptor<?, ?>> methods() {
      return List.of(ECHO);
    }

    @Override
    public List<ServerServiceDefinition> bound() {
      return List.of(ServerPipeline.of(List.of()).bind(bindService(), List.of()));
    }
  }

  /** Hears, or always throws. */
  private record Ear(AtomicInteger told, boolean deaf) implements DurableCallListener {
    @Override
    public MethodDescriptor<?, ?> method() {
      return ECHO;
    }

    @Override
    public void ended(EndedCall call) {
      told.incrementAndGet();
      if (deaf) {
        throw new IllegalStateException("It never listens");
      }
    }
  }

  /** Keeps what it is given, until somebody runs it. */
  private static final class Later extends AbstractExecutorService {
    final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    void runAll() {
      while (!tasks.isEmpty()) {
        tasks.remove().run();
      }
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }

  /** Takes everything but one service's calls. */
  private final class Choosy implements CallCarrier {
    @Override
    public String name() {
      return "choosy";
    }

    @Override
    public void send(List<Parcel> parcels, Duration atMost) {
      if (parcels.stream().anyMatch(each -> each.queue().endsWith("refused.Service"))) {
        throw new CarrierException("Not that queue, says the test");
      }
      sent.addAll(parcels);
    }

    @Override
    public Subscription receive(String queue, Receiver receiver) {
      return () -> {};
    }
  }

  @BeforeEach
  void start() {
    new ResourceDatabasePopulator(new ClassPathResource("io/grpcplatform/async/schema-h2.sql"))
        .execute(database);
    engine = engine(echo, null);
  }

  private DurableEngine engine(@Nullable LocalServices local, CarriedCalls.@Nullable Route route) {
    return new DurableEngine(
        new Binder(new MapConfigurationPropertySource(Map.of()))
            .bindOrCreate("platform.async", AsyncProperties.class),
        new Application(
            rows,
            transactions,
            new CallPlaces(local, null, Untraced.WORK, route != null),
            Untraced.WORK,
            () -> List.copyOf(listeners),
            now::get,
            () -> UUID.randomUUID().toString(),
            new Random(7),
            route),
        AsyncWatch.NONE);
  }

  private DurableEngine carrying() {
    return engine(
        null,
        new CarriedCalls.Route(
            new Choosy(), "replies", Set::of, Duration.ofSeconds(1), Duration.ofMinutes(10)));
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private Operation submit() {
    return engine.calls().submit(ECHO, EchoRequest.getDefaultInstance());
  }

  private StoredCall row(Operation operation) {
    StoredCall call = table.find(StoredCall.id(operation.getName()));
    assertThat(call).isNotNull();
    return call;
  }

  private List<Claim> claim() {
    return transactions.run(() -> table.claim(now.get(), DurableWorkers.LEASE_MILLIS, 5, Set.of()));
  }

  private DurableWorkers workers(Later pool, List<Chore> chores) {
    return new DurableWorkers(
        table,
        transactions,
        engine.runner(),
        new DurableWorkers.Threads(pool, (task, millis) -> {}, 4, Duration.ofSeconds(1)),
        now::get,
        chores);
  }

  @Test
  void whatIsClaimedHereAndNotBegunIsNotClaimedAgain() {
    Operation submitted = submit();
    Later pool = new Later();
    DurableWorkers busy = workers(pool, List.of());

    for (int i = 0; i < 20; i++) {
      busy.round();
      now.addAndGet(DurableWorkers.LEASE_MILLIS);
    }
    pool.runAll();

    assertThat(echo.begun).isEqualTo(1);
    assertThat(row(submitted).state()).isEqualTo(CallState.DONE);
    assertThat(row(submitted).attempts()).isEqualTo(1);
  }

  @Test
  void aClaimThatCannotBeBegunIsNoAttempt() {
    Operation submitted = submit();
    Claim claimed = claim().get(0);
    unavailable.set(1);

    Throwable failure = catchThrowable(() -> engine.runner().run(claimed));

    assertThat(failure).isInstanceOf(CannotCreateTransactionException.class);
    assertThat(row(submitted).attempts()).isZero();
    assertThat(row(submitted).state()).isEqualTo(CallState.WAITING);
  }

  @Test
  void aChoreThatDiedIsDoneAgain() {
    AtomicInteger begun = new AtomicInteger();
    Later pool = new Later();
    DurableWorkers some =
        workers(
            pool,
            List.of(
                new Chore(
                    "A chore",
                    () -> {
                      if (begun.incrementAndGet() == 1) {
                        throw new NoClassDefFoundError("says the test");
                      }
                      return false;
                    })));

    some.round();
    Throwable escaped = catchThrowable(pool::runAll);
    some.round();
    pool.runAll();

    assertThat(escaped).isNull();
    assertThat(begun).hasValue(2);
  }

  @Test
  void anEndIsKeptForAProcessThatHasAListener() {
    Ear ear = new Ear(new AtomicInteger(), false);
    listeners.add(ear);
    Operation submitted = submit();
    engine.runner().run(claim().get(0));

    listeners.clear();
    engine.workers().runDue();
    Long untold = row(submitted).tellAt();
    listeners.add(ear);
    engine.workers().runDue();

    assertThat(untold).isNotNull();
    assertThat(ear.told()).hasValue(1);
    assertThat(row(submitted).tellAt()).isNull();
  }

  @Test
  void saysWhenItForgetsACallWhoseEndNobodyHeard(CapturedOutput output) {
    listeners.add(new Ear(new AtomicInteger(), true));
    submit();
    engine.workers().runDue();

    now.addAndGet(7 * DAY + 1);
    engine.workers().runDue();

    assertThat(output)
        .contains("1 calls of " + ECHO.getFullMethodName() + " are forgotten whose end nobody");
  }

  @Test
  void aCompletionThatWasAskedForInARolledBackTransactionFails() {
    List<CompletableFuture<Operation>> ends = new ArrayList<>();
    new TransactionTemplate(manager)
        .executeWithoutResult(
            status -> {
              String name = submit().getName();
              ends.add(engine.calls().completion(name).toCompletableFuture());
              status.setRollbackOnly();
            });

    engine.workers().runDue();

    assertThat(ends.get(0)).isCompletedExceptionally();
    assertThatThrownBy(() -> ends.get(0).join()).hasCauseInstanceOf(NoSuchElementException.class);
    assertThat(engine.waiters().count()).isZero();
  }

  @Test
  void transactionsOfSomethingElseAreRefused() {
    CallTransactions others =
        new CallTransactions(
            new AbstractPlatformTransactionManager() {
              @Override
              protected Object doGetTransaction() {
                return "a broker's";
              }

              @Override
              protected void doBegin(Object transaction, TransactionDefinition definition) {}

              @Override
              protected void doCommit(DefaultTransactionStatus status) {}

              @Override
              protected void doRollback(DefaultTransactionStatus status) {}
            });

    assertThatThrownBy(() -> others.run(table::usable))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has no transactions of its DataSource");
    assertThat(transactions.run(table::usable)).isTrue();
  }

  @Test
  void countsNoDeadLetterThatSomebodyDeleted() {
    echo.fails = true;
    Operation submitted = submit();
    engine.workers().runDue();
    now.addAndGet(20_000);
    engine.workers().runDue();
    long before = engine.counts().calls(CallState.DEAD);

    engine.lists().hide(StoredCall.id(submitted.getName()));
    now.addAndGet(20_000);
    engine.workers().runDue();

    assertThat(before).isEqualTo(1);
    assertThat(engine.counts().calls(CallState.DEAD)).isZero();
  }

  @Test
  void saysWhenAKeyIsUsedForAnotherRequest(CapturedOutput output) {
    SubmitOptions options = SubmitOptions.NONE.withKey("order-7");
    EchoRequest first = EchoRequest.newBuilder().setText("first").build();
    engine.calls().submit(ECHO, first, options);
    engine.calls().submit(ECHO, first, options);
    boolean before = output.getAll().contains("order-7");

    engine.calls().submit(ECHO, EchoRequest.newBuilder().setText("second").build(), options);

    assertThat(before).isFalse();
    assertThat(output)
        .contains(ECHO.getFullMethodName() + " was submitted with the key order-7")
        .doesNotContain("second");
  }

  @Test
  void whatACarrierNeverTakesHoldsUpNothingElse() {
    try (DurableEngine carrying = carrying()) {
      carrying.calls().submit(REFUSED, EchoRequest.getDefaultInstance());
      carrying.calls().submit(ECHO, EchoRequest.getDefaultInstance());

      for (int i = 0; i < 4; i++) {
        carrying.workers().runDue();
        now.addAndGet(5_000);
      }

      assertThat(sent)
          .extracting(Parcel::queue)
          .containsExactly("platform.async.platform.test.v1.EchoService");
    }
  }

  @Test
  void aLateCopyOfAnOldResultChangesNothing() {
    try (DurableEngine carrying = carrying()) {
      Operation submitted = carrying.calls().submit(ECHO, EchoRequest.getDefaultInstance());
      carrying.workers().runDue();
      Parcel old = result(submitted, 1, Code.NOT_FOUND);
      carrying.carried().results(List.of(old));
      CallState first = row(submitted).state();
      carrying.calls().revive(submitted.getName());

      carrying.carried().results(List.of(old));
      CallState second = row(submitted).state();
      carrying.carried().results(List.of(result(submitted, 2, Code.ABORTED)));

      assertThat(first).isEqualTo(CallState.DEAD);
      assertThat(second).isEqualTo(CallState.CARRIED);
      assertThat(row(submitted).state()).isEqualTo(CallState.DEAD);
      assertThat(OperationView.error(row(submitted)).getCode()).isEqualTo(Code.ABORTED.value());
    }
  }

  private static Parcel result(Operation submitted, int round, Code code) {
    return new Parcel(
        "replies",
        "a result",
        DurableResult.newBuilder()
            .setId(StoredCall.id(submitted.getName()))
            .setRound(round)
            .setAttempts(1)
            .setError(Any.pack(Status.newBuilder().setCode(code.value()).build()))
            .build()
            .toByteString());
  }
}

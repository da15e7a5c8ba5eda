package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpcplatform.async.CallCarrier.CarrierException;
import io.grpcplatform.async.CallCarrier.Parcel;
import io.grpcplatform.async.CallCarrier.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** What every carrier does, with a broker of its own that is killed and hangs. */
@Timeout(120)
abstract class CarrierContract {

  private final List<ConfigurableApplicationContext> applications = new ArrayList<>();

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static final class Application {}

  abstract RealBroker broker();

  @AfterEach
  void close() {
    applications.forEach(ConfigurableApplicationContext::close);
  }

  ConfigurableApplicationContext application() {
    Map<String, Object> properties = new HashMap<>(broker().properties());
    properties.put("platform.async.carrier", broker().carrier());
    properties.put("spring.autoconfigure.exclude", "");
    properties.put("platform.server.enabled", false);
    ConfigurableApplicationContext application =
        new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.NONE)
            .properties(properties)
            .run(
                "--spring.autoconfigure.exclude=org.springframework.boot.autoconfigure.jdbc"
                    + ".DataSourceAutoConfiguration");
    applications.add(application);
    return application;
  }

  CallCarrier carrier() {
    return application().getBean(CallCarrier.class);
  }

  static List<Parcel> parcels(String queue, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> new Parcel(queue, "id-" + i, ByteString.copyFromUtf8("body of " + i)))
        .toList();
  }

  private static Set<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "id-" + i).collect(Collectors.toSet());
  }

  /** Takes until each of {@code expected} has come at least once. */
  private static void await(BlockingQueue<Parcel> arrived, Set<String> expected) throws Exception {
    Set<String> missing = new HashSet<>(expected);
    while (!missing.isEmpty()) {
      Parcel next = arrived.poll(30, TimeUnit.SECONDS);
      assertThat(next).as("one of %d that are missing", missing.size()).isNotNull();
      assertThat(next.body().toStringUtf8()).isEqualTo("body of " + next.id().substring(3));
      missing.remove(next.id());
    }
  }

  @Test
  void deliversEveryMessageToOneOfTwo(TestInfo test) throws Exception {
    String queue = "platform.async." + test.getTestMethod().orElseThrow().getName();
    BlockingQueue<Parcel> arrived = new LinkedBlockingQueue<>();
    AtomicInteger transactions = new AtomicInteger();
    CallCarrier one = carrier();
    CallCarrier two = carrier();

    sendUntilConfirmed(one, parcels(queue, 0, 300));
    try (Subscription first = subscribe(one, queue, arrived, transactions);
        Subscription second = subscribe(two, queue, arrived, transactions)) {
      sendUntilConfirmed(two, parcels(queue, 300, 400));

      await(arrived, ids(0, 400));
    }

    assertThat(transactions).as("batches").hasValueLessThan(200);
  }

  private static Subscription subscribe(
      CallCarrier carrier, String queue, BlockingQueue<Parcel> arrived, AtomicInteger batches) {
    return carrier.receive(
        queue,
        parcels -> {
          batches.incrementAndGet();
          arrived.addAll(parcels);
        });
  }

  @Test
  void bringsAgainWhatWasNotTakenOver() throws Exception {
    String queue = "platform.async.refused";
    BlockingQueue<Parcel> arrived = new LinkedBlockingQueue<>();
    AtomicInteger refusals = new AtomicInteger();
    CallCarrier carrier = carrier();
    sendUntilConfirmed(carrier, parcels(queue, 0, 20));

    try (Subscription subscription =
        carrier.receive(
            queue,
            parcels -> {
              if (refusals.incrementAndGet() <= 2) {
                throw new IllegalStateException("no database");
              }
              arrived.addAll(parcels);
            })) {
      await(arrived, ids(0, 20));
    }

    assertThat(refusals).hasValueGreaterThan(2);
  }

  @Test
  void givesToOthersWhatOneDidNotAcknowledge() throws Exception {
    String queue = "platform.async.left";
    BlockingQueue<Parcel> arrived = new LinkedBlockingQueue<>();
    CountDownLatch given = new CountDownLatch(1);
    CallCarrier one = carrier();
    CallCarrier two = carrier();
    sendUntilConfirmed(one, parcels(queue, 0, 50));

    Subscription refusing =
        one.receive(
            queue,
            parcels -> {
              given.countDown();
              throw new IllegalStateException("no database, ever");
            });
    assertThat(given.await(30, TimeUnit.SECONDS)).isTrue();
    refusing.close();
    try (Subscription taking = subscribe(two, queue, arrived, new AtomicInteger())) {
      await(arrived, ids(0, 50));
    }
  }

  @Test
  void losesNothingWhenTheBrokerIsKilled() throws Exception {
    BlockingQueue<Parcel> arrived = new LinkedBlockingQueue<>();
    BlockingQueue<Parcel> live = new LinkedBlockingQueue<>();
    CallCarrier carrier = carrier();
    sendUntilConfirmed(carrier, parcels("platform.async.kept", 0, 200));
    try (Subscription open = subscribe(carrier, "platform.async.live", live, new AtomicInteger())) {
      sendUntilConfirmed(carrier, parcels("platform.async.live", 0, 1));
      await(live, ids(0, 1));

      broker().kill();
      long before = System.nanoTime();
      assertThatThrownBy(
              () -> carrier.send(parcels("platform.async.kept", 200, 201), Duration.ofMillis(1500)))
          .isInstanceOf(CarrierException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
      broker().start();

      sendUntilConfirmed(carrier, parcels("platform.async.live", 1, 2));
      await(live, ids(1, 2));
      try (Subscription kept =
          subscribe(carrier, "platform.async.kept", arrived, new AtomicInteger())) {
        await(arrived, ids(0, 200));
      }
    }
  }

  @Test
  void saysWhenTheBrokerDoesNotConfirm() throws Exception {
    String queue = "platform.async.hanging";
    CallCarrier carrier = carrier();
    sendUntilConfirmed(carrier, parcels(queue, 0, 1));

    broker().hang();
    try {
      assertThatThrownBy(() -> carrier.send(parcels(queue, 1, 2), Duration.ofMillis(1050)))
          .isInstanceOf(CarrierException.class)
          .hasMessageContaining(broker().carrier());
    } finally {
      broker().wake();
    }
    sendUntilConfirmed(carrier, parcels(queue, 1, 3));
    BlockingQueue<Parcel> arrived = new LinkedBlockingQueue<>();
    try (Subscription taking = subscribe(carrier, queue, arrived, new AtomicInteger())) {
      await(arrived, ids(0, 3));
    }
  }

  /** {@code -Dplatform.test.durable=10000} asks for the long form. */
  @Test
  @Timeout(1800)
  void carriesOutEveryDurableCallOnceWhateverIsKilled() throws Exception {
    Map<String, Object> common = new HashMap<>(broker().properties());
    common.put("platform.async.carrier", broker().carrier());
    Map<String, Object> submitting = new HashMap<>(common);
    submitting.put("spring.application.name", "submitter");
    submitting.put("spring.datasource.url", Database.POSTGRESQL.fresh());
    Map<String, Object> serving = new HashMap<>(common);
    serving.put("spring.application.name", "ledger");
    serving.put("spring.datasource.url", Database.POSTGRESQL.fresh());

    new DurableSuite(broker().carrier(), broker(), submitting, serving)
        .run(DurableApplication.Submitting.class);
  }

  /** As whoever submits calls does. */
  static void sendUntilConfirmed(CallCarrier carrier, List<Parcel> parcels) {
    for (int attempt = 1; ; attempt++) {
      try {
        carrier.send(parcels, Duration.ofSeconds(3));
        return;
      } catch (CarrierException failed) {
        if (attempt == 20) {
          throw failed;
        }
      }
    }
  }
}

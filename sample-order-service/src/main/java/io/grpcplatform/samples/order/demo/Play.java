package io.grpcplatform.samples.order.demo;

import io.grpcplatform.samples.order.demo.Screen.Mood;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** The demo from the first line to the last. */
final class Play {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration TRACE = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int USUAL_PACE = 20;
  private static final int RUSH = 50;
  private static final int ORDERS = 300;
  private static final int REGRETS = 6;

  private final DemoSettings settings;
  private final Screen screen;
  private final Stage stage;
  private final Purchases purchases;
  private final Shopper shopper;
  private final Monitor monitor;
  private final Thread monitoring;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean allOrdersEnded;

  Play(DemoSettings settings, Screen screen) {
    this.settings = settings;
    this.screen = screen;
    this.stage = new Stage(settings);
    this.purchases =
        stage.zipkin().isThere()
            ? Purchases.tracedTo(stage.zipkin().spansEndpoint())
            : Purchases.untraced();
    this.shopper = new Shopper(settings.ports().orderGrpc(), purchases);
    this.monitor = new Monitor(screen, stage.orderActuator(), shopper);
    this.monitoring = new Thread(monitor, "monitor");
    monitoring.setDaemon(true);
  }

  /** Returns when the play is over, which without {@code --check} only Ctrl-C makes it. */
  void run() throws InterruptedException, IOException {
    stage.requireFreePorts();
    stage.clear();
    screen.print(
        Mood.BOLD,
        "Two services, one long-lived stream between them, and a payment service that dies twice.");
    startBoth();
    businessAsUsual();
    show("a confirmed order", purchases.first());
    killPaymentAndBringItBack("first");
    shopper.pace(RUSH);
    int before = shopper.placed();
    await("a rush of orders", PATIENCE, () -> shopper.placed() >= before + 60);
    killPaymentAndBringItBack("second");
    await(ORDERS + " orders", PATIENCE, () -> shopper.placed() >= ORDERS);
    shopper.pace(0);
    screen.say("no new orders; waiting until every order has ended");
    await("every order's end", PATIENCE, () -> shopper.unanswered() == 0 && shopper.waiting() == 0);
    allOrdersEnded = true;
    screen.say(Mood.GOOD, "every order has ended");
    screen.say(
        Mood.GOOD,
        "%d of %d customers who wanted their money back have it"
            .formatted(shopper.refunded(), shopper.refunds()));
    show("the order that waited longest", purchases.longest());
    if (!settings.check()) {
      keepRunning();
    }
  }

  private void startBoth() throws InterruptedException, IOException {
    startZipkin();
    screen.say("starting payment");
    stage.payment().start();
    awaitReady(stage.payment(), stage.paymentActuator());
    screen.say("payment is ready; starting order");
    stage.order().start();
    awaitReady(stage.order(), stage.orderActuator());
    screen.say(Mood.GOOD, "both services are ready");
    monitoring.start();
  }

  /** Beside the services: nobody waits for it. */
  private void startZipkin() throws IOException {
    if (stage.zipkin().isThere()) {
      screen.say("starting Zipkin, which will have the traces");
      stage.zipkin().process().start();
    } else {
      screen.say(
          Mood.NOTE, "no traces: the jar of Zipkin is not there (" + settings.zipkinJar() + ")");
    }
  }

  /** Prints where the trace of an order is to be seen, once Zipkin has it. */
  private void show(String what, Optional<Purchases.Ended> bought) throws InterruptedException {
    if (bought.isEmpty()) {
      return;
    }
    String traceId = bought.get().traceId();
    long deadline = System.nanoTime() + TRACE.toNanos();
    int spans = 0;
    int before = -1;
    // Each process tells its spans twice a second: complete when a second brings no more.
    while ((spans == 0 || spans != before) && System.nanoTime() < deadline) {
      before = spans;
      Thread.sleep(1_000);
      requireGoingOn();
      spans = stage.zipkin().spans(traceId);
    }
    if (spans == 0) {
      screen.say(
          Mood.NOTE, "Zipkin does not have the trace; see " + stage.zipkin().process().log());
    } else {
      screen.say(
          Mood.GOOD,
          "trace of %s, %d spans: %s".formatted(what, spans, stage.zipkin().page(traceId)));
    }
  }

  private void businessAsUsual() throws InterruptedException {
    screen.say(
        "placing "
            + USUAL_PACE
            + " orders a second; some cards are declined, and one product was recalled");
    shopper.pace(USUAL_PACE);
    await(
        "the first 60 orders",
        PATIENCE,
        () -> shopper.placed() >= 60 && shopper.confirmed() > REGRETS);
    regrets("customers want the money of a confirmed order back");
    await("their refunds", PATIENCE, () -> shopper.refunded() == shopper.refunds());
    screen.say(Mood.GOOD, "they have it, each by a durable call of its own");
    shopper.pace(RUSH);
    await("a rush of orders", PATIENCE, () -> shopper.placed() >= 90);
  }

  private void killPaymentAndBringItBack(String which) throws InterruptedException, IOException {
    long pid = stage.payment().kill();
    screen.say(
        Mood.BAD,
        "KILLED payment, process %d, for the %s time (SIGKILL: it could not tidy up)"
            .formatted(pid, which));
    shopper.pace(USUAL_PACE / 2);
    regrets("customers want their money back all the same: accepted, and stored");
    await("the breaker to open", PATIENCE, () -> monitor.breaker().equals("OPEN"));
    long waiting = shopper.waiting();
    await("more orders", PATIENCE, () -> shopper.waiting() >= waiting + 10);
    screen.say("starting payment again; %d orders wait".formatted(shopper.waiting()));
    stage.payment().start();
    awaitReady(stage.payment(), stage.paymentActuator());
    screen.say("payment is ready again");
    await(
        "the breaker to close",
        PATIENCE,
        () -> monitor.breaker().equals("CLOSED") && monitor.isLive());
    await("the waiting orders", PATIENCE, () -> shopper.waiting() < USUAL_PACE);
    screen.say(Mood.GOOD, "the orders that waited have gone on");
  }

  private void regrets(String what) {
    int before = shopper.refunds();
    shopper.regret(REGRETS);
    screen.say("%d %s".formatted(shopper.refunds() - before, what));
  }

  private void keepRunning() throws InterruptedException {
    screen.print(Mood.BOLD, "The services keep running, with an order a second. Look at:");
    stage.addresses().forEach(address -> screen.print(Mood.PLAIN, "  " + address));
    screen.print(Mood.BOLD, "Ctrl-C ends both and counts.");
    shopper.pace(1);
    monitoring.join();
  }

  /**
   * Ends both services, counts, and prints the last line. Does so once; later calls find nothing to
   * do and return 1.
   */
  int end() throws InterruptedException {
    if (!ended.compareAndSet(false, true)) {
      return 1;
    }
    screen.calm();
    monitoring.interrupt();
    monitoring.join(Duration.ofSeconds(5).toMillis());
    screen.calm();
    var acknowledged = shopper.acknowledged();
    shopper.close();
    stage.order().close();
    stage.payment().close();
    stage.zipkin().process().close();
    if (acknowledged.isEmpty()) {
      screen.print(Mood.PLAIN, "demo: 0 placed, 0 confirmed, 0 compensated, 0 lost");
      return 1;
    }
    screen.say("both services have ended; counting in their databases");
    try {
      return report(Audit.of(acknowledged, stage.orderData(), stage.paymentData()));
    } catch (SQLException unreadable) {
      screen.print(Mood.BAD, "a database cannot be read: " + unreadable.getMessage());
      screen.print(
          Mood.BAD,
          "demo: %d placed, 0 confirmed, 0 compensated, %d lost"
              .formatted(acknowledged.size(), acknowledged.size()));
      return 1;
    }
  }

  private int report(Audit.Report report) {
    if (!allOrdersEnded) {
      screen.say(
          Mood.NOTE,
          "ended early: an order that was still waiting counts as lost below, though it is in the database");
    }
    report.findings().stream().limit(10).forEach(it -> screen.print(Mood.BAD, "  " + it));
    screen.say(
        report.confirmedMinor() == report.capturedMinor() ? Mood.GOOD : Mood.BAD,
        "confirmed orders cost %d.%02d EUR, captured money is %d.%02d EUR"
            .formatted(
                report.confirmedMinor() / 100,
                report.confirmedMinor() % 100,
                report.capturedMinor() / 100,
                report.capturedMinor() % 100));
    screen.print(Mood.PLAIN, report.line());
    return report.isClean() ? 0 : 1;
  }

  private void awaitReady(ServiceProcess service, Actuator actuator) throws InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    while (!actuator.isReady()) {
      if (!service.isAlive()) {
        // Ctrl-C reaches everybody at once: let our own end be known before anybody is blamed.
        Thread.sleep(300);
        requireGoingOn();
        throw new IllegalStateException(
            service.name() + " has ended (expected: ready); see " + service.log());
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            service.name()
                + " is not ready after "
                + START.toSeconds()
                + " s; see "
                + service.log());
      }
      Thread.sleep(200);
    }
  }

  /** A question about the outside world. */
  private interface Question {
    boolean isTrue();
  }

  private void await(String what, Duration patience, Question question)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!question.isTrue()) {
      requireGoingOn();
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "waited %d s for %s; see %s and %s"
                .formatted(patience.toSeconds(), what, stage.order().log(), stage.payment().log()));
      }
      Thread.sleep(50);
    }
  }

  private void requireGoingOn() throws InterruptedException {
    if (ended.get()) {
      throw new InterruptedException("the demo was ended");
    }
  }
}

package io.grpcplatform.samples.order.demo;

import io.grpcplatform.samples.order.demo.Screen.Mood;
import java.util.Locale;
import java.util.Map;

/**
 * Looks at the order service's actuator four times a second, says what changed, and keeps the
 * status line. Runs on its own thread.
 */
final class Monitor implements Runnable {
  static final String BREAKER = "payment:samples.payment.v1.PaymentService";
  private static final int PERIOD_MILLIS = 250;
  private static final Map<String, String> BREAKER_SAYS =
      Map.of(
          "OPEN",
          "breaker OPEN: the order service stops knocking; orders are still accepted, and wait in its database",
          "HALF_OPEN",
          "breaker HALF_OPEN: one try is let through",
          "CLOSED",
          "breaker CLOSED: payments are back");

  private final Screen screen;
  private final Actuator actuator;
  private final Shopper shopper;
  private volatile String breaker = "";
  private volatile long openings;
  private volatile boolean live;
  private boolean wasLive;
  private int rounds;

  Monitor(Screen screen, Actuator actuator, Shopper shopper) {
    this.screen = screen;
    this.actuator = actuator;
    this.shopper = shopper;
  }

  String breaker() {
    return breaker;
  }

  boolean isLive() {
    return live;
  }

  @Override
  public void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        look();
        Thread.sleep(PERIOD_MILLIS);
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() throws InterruptedException {
    openings = actuator.metric("orders.payment.stream.openings").orElse(openings);
    boolean isLive = actuator.metric("orders.payment.stream.live").orElse(0L) == 1;
    breakerIs(actuator.breaker(BREAKER).orElse(breaker));
    streamIs(isLive);
    rounds++;
    // Without a terminal each status is a line, and a line every two seconds is plenty.
    if (screen.isTerminal() || rounds % 8 == 0) {
      screen.status(status());
    }
  }

  private void breakerIs(String state) {
    String before = breaker;
    breaker = state;
    if (before.equals(state)) {
      return;
    }
    if (!before.isEmpty()) {
      Mood mood =
          switch (state) {
            case "CLOSED" -> Mood.GOOD;
            case "OPEN" -> Mood.BAD;
            default -> Mood.NOTE;
          };
      screen.say(mood, BREAKER_SAYS.getOrDefault(state, "breaker " + state));
    }
  }

  private void streamIs(boolean isLive) {
    if (isLive == live) {
      return;
    }
    live = isLive;
    if (isLive && !wasLive) {
      wasLive = true;
      screen.say(Mood.GOOD, "stream live: all commands to payment go over this one session");
    } else if (isLive) {
      screen.say(
          Mood.GOOD,
          "stream live (the %d. of the session): what was not acknowledged is sent again"
              .formatted(openings));
    } else {
      screen.say(Mood.BAD, "stream lost: %d orders wait".formatted(shopper.waiting()));
    }
  }

  private String status() {
    return String.format(
        Locale.ROOT,
        "orders %d placed · %d confirmed · %d compensated · %d waiting | breaker %s | stream %s (the %d.)",
        shopper.placed(),
        shopper.confirmed(),
        shopper.compensated(),
        shopper.waiting(),
        breaker.isEmpty() ? "–" : breaker,
        live ? "live" : "down",
        openings);
  }
}

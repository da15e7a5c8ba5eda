package io.grpcplatform.samples.order.payment;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpcplatform.samples.order.OrderDesk;
import io.grpcplatform.samples.order.OrderSaga.IllegalTransitionException;
import io.grpcplatform.samples.order.Outbox;
import io.grpcplatform.samples.order.PaymentCommand;
import io.grpcplatform.samples.order.SagaEvent;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import io.grpcplatform.stream.Sessions;
import io.grpcplatform.telemetry.MessageTraces;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the outbox to the payment service over one resumable session, which opens its streams by
 * itself and sends again what was not acknowledged. Everything happens on one thread of its own,
 * which blocks on the database; {@link #wake} may be called from any.
 *
 * <ul>
 *   <li><b>Pace:</b> both sides'. Commands are sent while there is a stream, fewer than {@code
 *       max-in-flight} wait for an answer, and the session has room; the next answer is told when
 *       one has been stored.
 *   <li><b>Cancel</b>, lost connection, a silent peer: the session goes on with another stream.
 *       When no answer at all comes in {@code answer-timeout} it gives its stream up.
 *   <li><b>Half-close</b> by the payment service: the same.
 *   <li><b>Drain</b> of the payment service: the session moves to another instance before its
 *       stream is closed. When this service stops: nothing more is sent, and answers under way are
 *       stored for {@code stop-timeout}.
 *   <li><b>Bad message:</b> an answer to nothing in flight is logged and dropped; one that makes no
 *       sense to its order parks the command for a person to look at, and the rest goes on. What
 *       the payment service refuses for good ends the session; the next one begins after {@code
 *       session-pause} with what is in the outbox.
 * </ul>
 */
final class PaymentLink implements PaymentSession.Owner {
  private static final Logger log = LoggerFactory.getLogger(PaymentLink.class);

  private final Sessions sessions;
  private final Channel channel;
  private final OrderDesk desk;
  private final Outbox outbox;
  private final PaymentLinkProperties settings;
  private final Supplier<MessageTraces> traces;
  private final PaymentLinkCounts counts = new PaymentLinkCounts();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final ScheduledThreadPoolExecutor thread;
  private volatile boolean stopping;

  // Only touched on the thread.
  private final InFlight inFlight;
  private @Nullable PaymentSession session;

  PaymentLink(
      Sessions sessions,
      Channel channel,
      OrderDesk desk,
      Outbox outbox,
      PaymentLinkProperties settings,
      Supplier<MessageTraces> traces) {
    this.sessions = sessions;
    this.channel = channel;
    this.desk = desk;
    this.outbox = outbox;
    this.settings = settings;
    this.traces = traces;
    this.inFlight = new InFlight(outbox, settings.maxInFlight(), System::nanoTime);
    this.thread = new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "payment-link"));
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    // What the session still says after the end interests nobody.
    thread.setRejectedExecutionHandler((task, executor) -> {});
  }

  void start() {
    thread.execute(this::open);
    thread.execute(this::reopenWhenSilent);
  }

  /** There may be new commands in the outbox. Cheap, and never blocks. */
  @Override
  public void wake() {
    if (woken.compareAndSet(false, true)) {
      thread.execute(
          () -> {
            woken.set(false);
            inFlight.wake();
            send();
          });
    }
  }

  /** Completes when the answers under way are stored, or after {@code stop-timeout}. */
  CompletableFuture<Void> stop() {
    stopping = true;
    thread.execute(
        () -> {
          if (session == null || !session.isLive()) {
            end();
          } else {
            session.complete();
            after(settings.stopTimeout(), this::end);
          }
        });
    return stopped;
  }

  PaymentLinkCounts counts() {
    return counts;
  }

  private void end() {
    if (session != null) {
      session.cancel("the order service stops");
    }
    stopped.complete(null);
    thread.shutdownNow();
  }

  private void open() {
    if (!stopping && session == null) {
      session = new PaymentSession(this, thread, traces).open(sessions, channel);
    }
  }

  private void send() {
    PaymentSession to = session;
    if (to == null || stopping) {
      return;
    }
    try {
      while (to.mayTakeOneMore()) {
        PaymentCommand command = inFlight.take();
        if (command == null) {
          break;
        }
        send(command, to);
      }
    } catch (RuntimeException failed) {
      log.warn("Commands cannot be sent now", failed);
      after(settings.sessionPause(), this::wake);
    }
    counts.inFlight(inFlight.size());
  }

  private void send(PaymentCommand command, PaymentSession to) {
    try {
      to.send(command);
    } catch (RuntimeException notSent) {
      inFlight.giveBack(command.id());
      throw notSent;
    }
  }

  @Override
  public void opened() {
    counts.opened();
    counts.live(true);
    inFlight.sentAgain();
    log.info("Payment stream is open");
    send();
  }

  @Override
  public void cut(Status status) {
    counts.live(false);
    log.info("Payment stream ended: {} {}", status.getCode(), status.getDescription());
    if (stopping) {
      // Nobody answers any more; what is unanswered waits in the outbox for the next start.
      end();
    }
  }

  @Override
  public void answered(ProcessResponse answer) {
    Optional<PaymentCommand> command = inFlight.find(answer.getCommandId());
    if (command.isEmpty()) {
      log.warn("Answer to nothing in flight: {}", answer.getCommandId());
      return;
    }
    PaymentCommand known = command.get();
    traces
        .get()
        .handle(PaymentWire.name(answer), trace(known, answer), () -> takeIn(known, answer));
    inFlight.answered(known.id());
    counts.answered();
    send();
  }

  /** Where payment handled the command; the command's own for one that does not tell. */
  private static String trace(PaymentCommand command, ProcessResponse answer) {
    return answer.getTraceparent().isEmpty() ? command.trace() : answer.getTraceparent();
  }

  private void takeIn(PaymentCommand command, ProcessResponse answer) {
    Optional<SagaEvent> event = PaymentWire.event(command.command(), answer);
    if (event.isEmpty()) {
      park(command, PaymentWire.describe(answer));
      return;
    }
    try {
      desk.answered(command.orderId(), command.command(), event.get());
    } catch (IllegalTransitionException impossible) {
      park(command, String.valueOf(impossible.getMessage()));
    }
  }

  private void park(PaymentCommand command, String reason) {
    log.error("Command {} cannot go on and is parked: {}", command.id(), reason);
    outbox.park(command.id(), reason);
  }

  @Override
  public void ended(Status status) {
    session = null;
    int unanswered = inFlight.forget();
    counts.live(false);
    counts.inFlight(0);
    if (stopping) {
      end();
      return;
    }
    log.warn(
        "Payment session ended: {} {}; {} commands unanswered, the next in {} ms",
        status.getCode(),
        status.getDescription(),
        unanswered,
        settings.sessionPause().toMillis());
    after(settings.sessionPause(), this::open);
  }

  private void reopenWhenSilent() {
    PaymentSession silent = session;
    if (silent != null && silent.isLive()) {
      inFlight
          .overdue(settings.answerTimeout())
          .ifPresent(
              command -> {
                log.warn("No answer to {} in {}", command.id(), settings.answerTimeout());
                inFlight.sentAgain();
                silent.reopen("no answer in " + settings.answerTimeout());
              });
    }
    // Commands may wait that another instance on this database has left behind.
    wake();
    after(settings.answerTimeout().dividedBy(4), this::reopenWhenSilent);
  }

  // The future would only carry a failure to a reader who does not exist; tasks catch their own.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void after(Duration wait, Runnable task) {
    thread.schedule(task, wait.toNanos(), TimeUnit.NANOSECONDS);
  }
}

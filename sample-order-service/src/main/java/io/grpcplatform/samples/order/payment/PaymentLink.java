package io.grpcplatform.samples.order.payment;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpcplatform.samples.order.OrderDesk;
import io.grpcplatform.samples.order.OrderSaga.IllegalTransitionException;
import io.grpcplatform.samples.order.Outbox;
import io.grpcplatform.samples.order.PaymentCommand;
import io.grpcplatform.samples.order.SagaEvent;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import io.grpcplatform.telemetry.MessageTraces;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the outbox to the payment service over one stream, and opens a new one whenever it ends.
 * Everything happens on one thread of its own, which blocks on the database; {@link #wake} may be
 * called from any.
 *
 * <ul>
 *   <li><b>Pace:</b> both sides'. Commands are sent while the stream is ready and fewer than {@code
 *       max-in-flight} wait for an answer; the next answer is asked for when one has been stored.
 *   <li><b>Cancel</b>, refusal, open circuit, lost connection, a silent peer: what was not answered
 *       is sent again on the next stream, opened after a jittered back-off that starts anew with
 *       each answer.
 *   <li><b>Half-close</b> by the payment service: the same.
 *   <li><b>Drain</b> of the payment service (UNAVAILABLE/DRAINING): the same. When this service
 *       stops: nothing more is sent, the stream is half-closed, and answers under way are stored
 *       for {@code stop-timeout}.
 *   <li><b>Bad message:</b> an answer to nothing in flight is logged and dropped; one that makes no
 *       sense to its order parks the command for a person to look at, and the rest goes on.
 * </ul>
 */
final class PaymentLink implements PaymentStream.Owner {
  private static final Logger log = LoggerFactory.getLogger(PaymentLink.class);

  private final Channel channel;
  private final OrderDesk desk;
  private final Outbox outbox;
  private final PaymentLinkProperties settings;
  private final MessageTraces traces;
  private final PaymentLinkCounts counts = new PaymentLinkCounts();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final ScheduledThreadPoolExecutor thread;

  // Only touched on the thread.
  private final InFlight inFlight;
  private final Backoff backoff;
  private @Nullable PaymentStream stream;
  private boolean stopping;

  PaymentLink(
      Channel channel,
      OrderDesk desk,
      Outbox outbox,
      PaymentLinkProperties settings,
      RandomGenerator chance,
      MessageTraces traces) {
    this.traces = traces;
    this.channel = channel;
    this.desk = desk;
    this.outbox = outbox;
    this.settings = settings;
    this.inFlight = new InFlight(outbox, settings.maxInFlight(), System::nanoTime);
    this.backoff = new Backoff(settings.reconnectFirst(), settings.reconnectLongest(), chance);
    this.thread = new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "payment-link"));
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    // What gRPC still says after the end interests nobody.
    thread.setRejectedExecutionHandler((task, executor) -> {});
  }

  void start() {
    thread.execute(this::open);
    thread.execute(this::cutWhenSilent);
  }

  /** There may be new commands in the outbox. Cheap, and never blocks. */
  void wake() {
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
    thread.execute(
        () -> {
          stopping = true;
          if (stream == null) {
            end();
          } else {
            stream.halfClose();
            after(settings.stopTimeout(), this::end);
          }
        });
    return stopped;
  }

  PaymentLinkCounts counts() {
    return counts;
  }

  private void end() {
    if (stream != null) {
      stream.cancel("the order service stops");
    }
    stopped.complete(null);
    thread.shutdownNow();
  }

  private void open() {
    if (stopping || stream != null) {
      return;
    }
    PaymentStream opening = new PaymentStream(channel, this, thread, traces);
    stream = opening;
    counts.opened();
    try {
      opening.open(settings.readAhead());
    } catch (RuntimeException refused) {
      closed(opening, Status.fromThrowable(refused));
    }
  }

  @Override
  public void accepted(PaymentStream from) {
    if (from == stream) {
      counts.live(true);
      log.info("Payment stream is open");
    }
  }

  @Override
  public void ready(PaymentStream from) {
    send();
  }

  private void send() {
    PaymentStream to = stream;
    if (to == null || stopping) {
      return;
    }
    try {
      while (to.isReady()) {
        PaymentCommand command = inFlight.take();
        if (command == null) {
          break;
        }
        send(to, command);
      }
    } catch (RuntimeException failed) {
      log.warn("Commands cannot be read from the outbox", failed);
      to.cancel("the outbox cannot be read");
    }
    counts.inFlight(inFlight.size());
  }

  /** In the trace of the order, whoever's call or answer woke this thread. */
  private static void send(PaymentStream to, PaymentCommand command) {
    ProcessRequest.Builder request = PaymentWire.request(command).toBuilder();
    to.traces()
        .send(
            PaymentWire.name(command),
            command.trace(),
            trace -> to.send(request.setTraceparent(trace).build()));
  }

  @Override
  public void answered(PaymentStream from, ProcessResponse answer) {
    if (from != stream) {
      return;
    }
    Optional<PaymentCommand> command = inFlight.answered(answer.getCommandId());
    if (command.isEmpty()) {
      log.warn("Answer to nothing in flight: {}", answer.getCommandId());
    } else if (!store(from, command.get(), answer)) {
      return;
    }
    from.readOneMore();
    send();
  }

  /**
   * False when it could not be stored: the command is then sent again on the next stream, and
   * answered the same.
   */
  private boolean store(PaymentStream from, PaymentCommand command, ProcessResponse answer) {
    try {
      from.traces()
          .handle(PaymentWire.name(answer), trace(command, answer), () -> takeIn(command, answer));
    } catch (RuntimeException failed) {
      log.warn("The answer to {} cannot be stored", command.id(), failed);
      from.cancel("an answer cannot be stored");
      return false;
    }
    counts.answered();
    backoff.reset();
    return true;
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
  public void closed(PaymentStream from, Status status) {
    if (from != stream) {
      return;
    }
    stream = null;
    int unanswered = inFlight.forget();
    counts.live(false);
    counts.inFlight(0);
    if (stopping) {
      end();
      return;
    }
    Duration wait = backoff.next();
    log.info(
        "Payment stream ended: {} {}; {} commands unanswered, next try in {} ms",
        status.getCode(),
        status.getDescription(),
        unanswered,
        wait.toMillis());
    after(wait, this::open);
  }

  private void cutWhenSilent() {
    PaymentStream silent = stream;
    if (silent != null) {
      inFlight
          .overdue(settings.answerTimeout())
          .ifPresent(
              command -> {
                log.warn("No answer to {} in {}", command.id(), settings.answerTimeout());
                silent.cancel("no answer in " + settings.answerTimeout());
              });
    }
    after(settings.answerTimeout().dividedBy(4), this::cutWhenSilent);
  }

  // The future would only carry a failure to a reader who does not exist; tasks catch their own.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void after(Duration wait, Runnable task) {
    thread.schedule(task, wait.toNanos(), TimeUnit.NANOSECONDS);
  }
}

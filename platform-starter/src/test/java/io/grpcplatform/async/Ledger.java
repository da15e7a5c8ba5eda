package io.grpcplatform.async;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * An ordinary service that writes each request into a table. The text says how it behaves: {@code
 * code:n} fails the first n times, after it has written; {@code hold} waits for the test.
 */
final class Ledger extends EchoServiceGrpc.EchoServiceImplBase {

  final Map<String, AtomicInteger> begun = new ConcurrentHashMap<>();
  final List<String> keys = new CopyOnWriteArrayList<>();
  final CountDownLatch held = new CountDownLatch(1);
  final CountDownLatch release = new CountDownLatch(1);
  private final JdbcTemplate jdbc;

  Ledger(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
    jdbc.execute("CREATE TABLE IF NOT EXISTS ledger (text VARCHAR(200), call_key VARCHAR(200))");
  }

  @Override
  public void unary(EchoRequest request, StreamObserver<EchoResponse> responses) {
    String text = request.getText();
    int times = begun.computeIfAbsent(text, absent -> new AtomicInteger()).incrementAndGet();
    String key = IdempotencyKey.current().orElse("");
    keys.add(key);
    jdbc.update("INSERT INTO ledger (text, call_key) VALUES (?, ?)", text, key);
    String[] words = text.split(":", -1);
    if (words[0].equals("hold")) {
      hold();
    }
    if (words.length == 3 && times <= Integer.parseInt(words[1])) {
      responses.onError(
          Status.Code.valueOf(words[0])
              .toStatus()
              .withDescription("as " + words[2] + " wants")
              .asRuntimeException());
      return;
    }
    responses.onNext(EchoResponse.newBuilder().setText(text + " done").build());
    responses.onCompleted();
  }

  private void hold() {
    held.countDown();
    try {
      if (!release.await(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("Nobody released the call");
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  int begun(String text) {
    AtomicInteger times = begun.get(text);
    return times == null ? 0 : times.get();
  }

  /** How often a text is in the table. */
  int written(String text) {
    Integer rows =
        jdbc.queryForObject("SELECT COUNT(*) FROM ledger WHERE text = ?", Integer.class, text);
    return rows == null ? 0 : rows;
  }
}

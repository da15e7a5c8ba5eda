package io.grpcplatform.async;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.stream.StreamRecords;

/**
 * Carries over Redis Streams (Redis 6.2 or newer): a stream per queue with one consumer group;
 * entries that are acknowledged are deleted, and those of a consumer that is gone are claimed by
 * others. The connection is the application's own ({@code spring.data.redis.*}).
 *
 * <p>What Redis has confirmed survives its restart only with an append-only file. A Redis without
 * one is refused, unless the application says that it knows better (replicas).
 *
 * <p>Threading: safe; sends go one after the other, each as one pipeline.
 */
final class RedisCarrier implements CallCarrier, AutoCloseable {

  static final String NAME = "redis";
  static final byte[] ID = "id".getBytes(UTF_8);
  static final byte[] BODY = "body".getBytes(UTF_8);

  private static final Logger LOG = LoggerFactory.getLogger(RedisCarrier.class);

  private final RedisConnectionFactory connections;
  private final RedisSource.Settings settings;
  private final boolean appendOnlyRequired;
  private final LongSupplier ticker;
  private final ParcelSender sender = new ParcelSender(NAME);
  private volatile boolean checked;

  RedisCarrier(
      RedisConnectionFactory connections,
      RedisSource.Settings settings,
      boolean appendOnlyRequired,
      LongSupplier ticker) {
    this.connections = connections;
    this.settings = settings;
    this.appendOnlyRequired = appendOnlyRequired;
    this.ticker = ticker;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void send(List<Parcel> parcels, Duration atMost) {
    sender.send(
        () -> {
          try (RedisConnection connection = connections.getConnection()) {
            check(connection);
            add(parcels, connection);
          }
          return true;
        },
        atMost);
  }

  private static void add(List<Parcel> parcels, RedisConnection connection) {
    connection.openPipeline();
    for (Parcel parcel : parcels) {
      Map<byte[], byte[]> entry =
          Map.of(ID, parcel.id().getBytes(UTF_8), BODY, parcel.body().toByteArray());
      connection
          .streamCommands()
          .xAdd(StreamRecords.newRecord().in(parcel.queue().getBytes(UTF_8)).ofMap(entry));
    }
    // Throws if any of them failed.
    connection.closePipeline();
  }

  @Override
  public Subscription receive(String queue, Receiver receiver) {
    return ParcelDelivery.start(
        queue,
        () -> {
          RedisConnection connection = connections.getConnection();
          try {
            check(connection);
            return RedisSource.open(connection, queue, settings, ticker);
          } catch (RuntimeException failed) {
            connection.close();
            throw failed;
          }
        },
        receiver);
  }

  private void check(RedisConnection connection) {
    if (checked || !appendOnlyRequired) {
      return;
    }
    Properties persistence = connection.serverCommands().info("persistence");
    if (persistence != null && "0".equals(persistence.getProperty("aof_enabled"))) {
      throw new CarrierException(
          "redis: appendonly is off, so a restart of Redis would lose calls (expected: appendonly"
              + " yes with appendfsync always, or platform.async.redis.require-append-only=false)");
    }
    String synced = appendFsync(connection);
    if (!synced.equals("always")) {
      LOG.warn(
          "Redis has appendfsync {}: if its machine dies, calls of the last second or two are"
              + " lost (expected: always)",
          synced);
    }
    checked = true;
  }

  private static String appendFsync(RedisConnection connection) {
    try {
      Properties config = connection.serverCommands().getConfig("appendfsync");
      return config == null ? "unknown" : config.getProperty("appendfsync", "unknown");
    } catch (DataAccessException forbidden) {
      return "unknown"; // services that run Redis for others forbid CONFIG
    }
  }

  @Override
  public void close() {
    sender.close();
  }
}

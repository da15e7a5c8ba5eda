package io.grpcplatform.async;

import static io.grpcplatform.async.AsyncProperties.PREFIX;

import io.grpcplatform.SettingException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** The settings of each carrier; where its broker is, Spring Boot's own properties say. */
final class CarrierProperties {

  private static final int MOST_PER_BATCH = 10_000;

  private CarrierProperties() {}

  /** How RabbitMQ's queues are declared. */
  enum QueueType {
    /** On one node. */
    CLASSIC,
    /** Replicated over the nodes of a cluster. */
    QUORUM;

    String argument() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The carrier rabbitmq.
   *
   * @param queueType How queues are declared: classic, on one node, or quorum, which a cluster of
   *     three or more replicates. A queue that is there keeps its type, and another one here is an
   *     error.
   * @param prefetch How many messages of a queue one process is given before it has acknowledged
   *     any; it takes over as many in one transaction as there are.
   */
  record Rabbitmq(@DefaultValue("classic") QueueType queueType, @DefaultValue("100") int prefetch) {

    Rabbitmq {
      checkBatch("rabbitmq.prefetch", prefetch);
    }
  }

  /**
   * The carrier redis.
   *
   * @param batch How many messages are taken over in one transaction.
   * @param claimAfter How long messages are left to a process that was given them and has not
   *     acknowledged them; then another takes them. Longer than the slowest transaction, or they
   *     are taken over twice.
   * @param requireAppendOnly Whether a Redis without an append-only file is refused. Set it to
   *     false where replicas keep what a restart would lose.
   */
  record Redis(
      @DefaultValue("100") int batch,
      @DefaultValue("30s") Duration claimAfter,
      @DefaultValue("true") boolean requireAppendOnly) {

    Redis {
      checkBatch("redis.batch", batch);
      AsyncProperties.atLeast("redis.claim-after", claimAfter, Duration.ofMillis(100), "30s");
    }
  }

  /**
   * The carrier kafka.
   *
   * @param batch How many messages are taken over in one transaction.
   * @param partitions Of the topics that the carrier makes: as many processes can share one.
   * @param replicas Of the topics that the carrier makes; the broker's default if not set.
   */
  record Kafka(
      @DefaultValue("100") int batch,
      @DefaultValue("12") int partitions,
      @Nullable Short replicas) {

    Kafka {
      checkBatch("kafka.batch", batch);
      if (partitions < 1) {
        throw SettingException.of(PREFIX + "kafka.partitions", partitions, "1 or more", "12");
      }
      if (replicas != null && replicas < 1) {
        throw SettingException.of(PREFIX + "kafka.replicas", replicas, "1 or more", "3");
      }
    }
  }

  private static void checkBatch(String word, int seen) {
    if (seen < 1 || seen > MOST_PER_BATCH) {
      throw SettingException.of(PREFIX + word, seen, "1 to " + MOST_PER_BATCH, "100");
    }
  }
}

package io.grpcplatform.stream;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The settings of {@code platform.stream}.
 *
 * @param enabled Whether there is a bean of the type Sessions, with its meters.
 * @param session What a resumable session may keep, and how long it waits.
 */
@ConfigurationProperties(prefix = "platform.stream", ignoreUnknownFields = false)
record StreamProperties(@DefaultValue("true") boolean enabled, @DefaultValue Session session) {

  StreamProperties {
    SessionLimits unused = limits(session);
  }

  /**
   * A resumable session.
   *
   * @param replay What is kept for the other side until it has acknowledged it.
   * @param heartbeat After this long without a message a side says that it lives.
   * @param silenceLimit After this long without anything from the other side the stream is given
   *     up; longer than heartbeat.
   * @param reopen When a client opens the next stream.
   * @param keep How long a server remembers a session that has no stream.
   */
  record Session(
      @DefaultValue Replay replay,
      @DefaultValue("5s") Duration heartbeat,
      @DefaultValue("15s") Duration silenceLimit,
      @DefaultValue Reopen reopen,
      @DefaultValue("1m") Duration keep) {}

  /**
   * The buffer of messages that are not acknowledged.
   *
   * @param messages How many messages may be unacknowledged; one more is refused.
   * @param bytes How many bytes these may have together; one larger message may wait alone.
   */
  record Replay(@DefaultValue("1024") int messages, @DefaultValue("4MB") DataSize bytes) {}

  /**
   * Pauses between attempts. Each is random, from none to its longest, which doubles.
   *
   * @param first The longest pause before the first attempt.
   * @param longest What the longest pause doubles up to.
   */
  record Reopen(@DefaultValue("50ms") Duration first, @DefaultValue("1s") Duration longest) {}

  SessionLimits limits() {
    return limits(session);
  }

  private static SessionLimits limits(Session session) {
    return new SessionLimits(
        session.replay.messages,
        session.replay.bytes.toBytes(),
        session.heartbeat,
        session.silenceLimit,
        session.reopen.first,
        session.reopen.longest,
        session.keep);
  }
}

package io.grpcplatform.stream;

import io.grpcplatform.SettingException;
import java.time.Duration;

/**
 * What a resumable session may keep, and how long it waits.
 *
 * @param messages how many messages may be unacknowledged, at least 1
 * @param bytes how many bytes they may have together, at least 1; one larger message may wait alone
 * @param heartbeat after this long without a frame a side sends one
 * @param silenceLimit after this long without a frame from the other side the stream is given up;
 *     longer than {@code heartbeat}
 * @param reopenFirst the longest pause before the first attempt to open another stream; each pause
 *     is random, from none to its longest
 * @param reopenLongest what that doubles up to
 * @param keep how long a server remembers a session that has no stream
 */
public record SessionLimits(
    int messages,
    long bytes,
    Duration heartbeat,
    Duration silenceLimit,
    Duration reopenFirst,
    Duration reopenLongest,
    Duration keep) {

  /** 1024 messages of together 4 MB; heartbeats after 5 s, given up after 15 s. */
  public static final SessionLimits STANDARD =
      new SessionLimits(
          1024,
          4L << 20,
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofMillis(50),
          Duration.ofSeconds(1),
          Duration.ofMinutes(1));

  private static final String PREFIX = "platform.stream.session.";

  public SessionLimits {
    check("replay.messages", messages, messages >= 1, ">= 1", "1024");
    check("replay.bytes", bytes, bytes >= 1, ">= 1B", "4MB");
    check("heartbeat", heartbeat, positive(heartbeat), "longer than 0s", "5s");
    boolean longer = silenceLimit.compareTo(heartbeat) > 0;
    check("silence-limit", silenceLimit, longer, "longer than heartbeat: " + heartbeat, "15s");
    check("reopen.first", reopenFirst, positive(reopenFirst), "longer than 0s", "50ms");
    boolean notShorter = reopenLongest.compareTo(reopenFirst) >= 0;
    check("reopen.longest", reopenLongest, notShorter, ">= first: " + reopenFirst, "1s");
    check("keep", keep, !keep.isNegative(), ">= 0s", "1m");
  }

  private static boolean positive(Duration duration) {
    return !duration.isZero() && !duration.isNegative();
  }

  private static void check(
      String leaf, Object seen, boolean fine, String expected, String example) {
    if (!fine) {
      throw SettingException.of(PREFIX + leaf, seen, expected, example);
    }
  }
}

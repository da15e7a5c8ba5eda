package io.grpcplatform.ratelimit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/** How a limit is counted inside Redis: a script for each algorithm, and what it is told. */
enum LimitScript {
  BUCKET("bucket.lua") {
    @Override
    String[] arguments(RateLimit limit, long used, long wanted) {
      double one = limit.parsed().unit().toNanos() / 1000.0 / limit.parsed().amount();
      return words(one, one * limit.burst(), used, wanted);
    }

    @Override
    String suffix(RateLimit limit) {
      return "";
    }
  },
  WINDOW("window.lua") {
    @Override
    String[] arguments(RateLimit limit, long used, long wanted) {
      return words(limit.parsed().amount(), slotMicros(limit), used, wanted);
    }

    /** Slots of another length are other slots. */
    @Override
    String suffix(RateLimit limit) {
      return ":" + slotMicros(limit);
    }
  };

  private final String text;
  private final String digest;

  LimitScript(String file) {
    text = read(file);
    digest = sha1(text);
  }

  static LimitScript of(RateLimit limit) {
    return limit.algorithm() == RateLimit.Algorithm.SLIDING_WINDOW ? WINDOW : BUCKET;
  }

  String text() {
    return text;
  }

  /** The name by which Redis knows a script that it has seen. */
  String digest() {
    return digest;
  }

  abstract String[] arguments(RateLimit limit, long used, long wanted);

  /** What must be the same for the counts of two limits to be of one kind. */
  abstract String suffix(RateLimit limit);

  private static long slotMicros(RateLimit limit) {
    long window = TimeUnit.NANOSECONDS.toMicros(limit.parsed().unit().toNanos());
    return (window + SlidingWindow.SLOTS - 1) / SlidingWindow.SLOTS;
  }

  private static String[] words(Number first, Number second, long used, long wanted) {
    return new String[] {
      first.toString(), second.toString(), Long.toString(used), Long.toString(wanted)
    };
  }

  private static String read(String file) {
    try (InputStream stream = LimitScript.class.getResourceAsStream(file)) {
      if (stream == null) {
        throw new IllegalStateException(file + " is not beside " + LimitScript.class.getName());
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(file + " cannot be read", unreadable);
    }
  }

  private static String sha1(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}

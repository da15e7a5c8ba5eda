package io.grpcplatform.stream;

/**
 * How much may wait in a writer for its reader, beside what gRPC itself holds.
 *
 * @param messages how many, at least 1; 64 by default
 * @param bytes how many bytes, at least 1; 4 MB by default. Only protobuf messages have a size that
 *     counts; one that is larger still may wait alone
 * @param whenFull what is done with one more; by default the writer waits
 */
public record WriterLimits(int messages, long bytes, WhenFull whenFull) {

  /** 64 messages of together 4 MB at most; one more waits. */
  public static final WriterLimits STANDARD = new WriterLimits(64, 4L << 20, WhenFull.WAIT);

  public WriterLimits {
    if (messages < 1) {
      throw new IllegalArgumentException("messages: " + messages + " (expected: >= 1)");
    }
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 1)");
    }
  }

  /** The same amounts with another answer to one message more. */
  public WriterLimits whenFull(WhenFull other) {
    return new WriterLimits(messages, bytes, other);
  }
}

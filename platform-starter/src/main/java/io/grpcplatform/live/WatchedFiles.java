package io.grpcplatform.live;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files that settings are read from. A directory stands for the files in it, without hidden
 * ones and without its folders: so a mounted ConfigMap is read through its links, and the copies
 * behind them are not read twice.
 */
final class WatchedFiles {

  /** What a ConfigMap can hold; all files together may not be larger. */
  static final int LIMIT = 1 << 20;

  private static final int MOST_FILES = 1000;

  /**
   * One file as it was read.
   *
   * @param named whether it lies in a watched directory, so that its name may be a property's
   */
  record Read(String path, String name, boolean named, ByteBuffer bytes) {}

  /**
   * All of them at one moment; two are equal if the bytes are.
   *
   * @param failure why they could not be read; null where they could
   */
  record Content(List<Read> files, @Nullable String failure) {}

  private final List<Path> paths;

  WatchedFiles(List<String> paths) {
    this.paths = paths.stream().map(Path::of).toList();
  }

  /** Reads them all; what does not exist has no settings. */
  Content read() {
    try {
      List<Read> files = new ArrayList<>();
      int left = LIMIT;
      for (Path path : paths) {
        boolean directory = Files.isDirectory(path);
        for (Path file : directory ? list(path) : List.of(path)) {
          if (Files.exists(file)) {
            ByteBuffer bytes = bytes(file, left);
            left -= bytes.remaining();
            files.add(new Read(file.toString(), name(file), directory, bytes));
          }
        }
      }
      return new Content(List.copyOf(files), null);
    } catch (IOException unreadable) {
      // The message of most is the path alone; their type says what is wrong with it.
      return new Content(
          List.of(), unreadable.getMessage() + ": " + unreadable.getClass().getSimpleName());
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> files =
          entries
              .filter(entry -> !name(entry).startsWith(".") && !Files.isDirectory(entry))
              .sorted()
              .limit(MOST_FILES + 1L)
              .toList();
      if (files.size() > MOST_FILES) {
        throw new IOException(directory + " has more than " + MOST_FILES + " files");
      }
      return files;
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static ByteBuffer bytes(Path file, int limit) throws IOException {
    try (InputStream stream = Files.newInputStream(file)) {
      byte[] read = stream.readNBytes(limit + 1);
      if (read.length > limit) {
        throw new IOException(
            file + " is too large: all files together may have " + LIMIT + " bytes");
      }
      return ByteBuffer.wrap(read);
    }
  }
}

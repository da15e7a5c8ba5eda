package io.grpcplatform.samples.order.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Keeps what the lives of one service say, and hears when each begins to listen. */
final class ServiceLog implements Consumer<Process> {
  private static final String LISTENS = "gRPC server listens on port ";

  private final Path file;
  private volatile CompletableFuture<Void> listening = new CompletableFuture<>();

  /** Begins anew: what an earlier run has left there goes. */
  ServiceLog(Path file) throws IOException {
    this.file = file;
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.deleteIfExists(file);
  }

  Path file() {
    return file;
  }

  /** Of the latest life; fails when that ends before it listens. */
  CompletableFuture<Void> listening() {
    return listening;
  }

  @Override
  public void accept(Process process) {
    var begun = new CompletableFuture<Void>();
    listening = begun;
    Thread reader = new Thread(() -> read(process, begun), "log of " + file.getFileName());
    reader.setDaemon(true);
    reader.start();
  }

  private void read(Process process, CompletableFuture<Void> begun) {
    try (BufferedReader said = process.inputReader();
        Writer kept =
            Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        kept.write(line + System.lineSeparator());
        kept.flush();
        if (line.contains(LISTENS)) {
          begun.complete(null);
        }
      }
    } catch (IOException | UncheckedIOException ended) {
      // Killed: its end of the pipe is gone with it.
    }
    begun.completeExceptionally(new IllegalStateException("ended, see " + file));
  }
}

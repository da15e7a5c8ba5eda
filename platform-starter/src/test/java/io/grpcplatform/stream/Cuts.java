package io.grpcplatform.stream;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Cuts the transport of a session at random points, each in one of the ways a network, a machine or
 * an operator does, and measures how long after the way is free the session goes on.
 */
final class Cuts implements AutoCloseable {

  /** What happens to the transport. */
  enum Kind {
    /** Both sides of every connection are reset. */
    RESET,
    /** Connections fall silent; new ones work at once. */
    SILENCE,
    /** Connections fall silent, and so do new ones until the client has given up one stream. */
    LONG_SILENCE,
    /** Connections are reset, and new ones refused until the client has noticed. */
    REFUSAL,
    /** The server process is killed with SIGKILL, and another started. */
    KILL,
    /** The server is told to drain while another instance serves already. */
    DRAIN
  }

  private final String database;
  private final CountingListener session;
  private final CuttingProxy proxy;
  private final Map<Kind, List<Long>> resumed = new EnumMap<>(Kind.class);
  private ChildProcess server;
  private final StringBuffer story = new StringBuffer();
  private int kills;
  private int drains;

  Cuts(String database, CountingListener session, String... more) throws Exception {
    this.database = database;
    this.session = session;
    this.server = instance(more);
    this.proxy = new CuttingProxy(server.port());
  }

  private ChildProcess instance(String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(database));
    arguments.addAll(List.of(more));
    return ChildProcess.start(NumberedApplication.class, arguments.toArray(String[]::new));
  }

  /** Where the client calls. */
  int port() {
    return proxy.port();
  }

  /** As many of each kind as can be, in random order. */
  static List<Kind> random(int cuts, Random random) {
    List<Kind> kinds = new ArrayList<>();
    for (int i = 0; i < cuts; i++) {
      kinds.add(Kind.values()[i % Kind.values().length]);
    }
    Collections.shuffle(kinds, random);
    return kinds;
  }

  /** Cuts at {@code points}, numbers of answers, which ascend. */
  void cut(List<Kind> kinds, int[] points) throws Exception {
    for (int i = 0; i < points.length; i++) {
      session.whenAnswered(points[i]).get(120, TimeUnit.SECONDS);
      Kind kind = kinds.get(i);
      CompletableFuture<Long> goesOn = goesOn(session.timesOpened() + 1);
      story.append(
          "%s at %d answers, %d streams%n"
              .formatted(kind, session.answered(), session.timesOpened()));
      long free = cut(kind);
      long millis = (goesOn.get(60, TimeUnit.SECONDS) - free) / 1_000_000;
      resumed.computeIfAbsent(kind, absent -> new ArrayList<>()).add(millis);
    }
  }

  /** When the first answer is handled that comes after a stream is open. */
  private CompletableFuture<Long> goesOn(int streams) {
    return session
        .whenOpened(streams)
        .thenComposeAsync(opened -> session.whenAnswered(session.answered() + 1))
        .thenApply(answered -> System.nanoTime());
  }

  /** Returns when the way was free again. */
  private long cut(Kind kind) throws Exception {
    int cuts = session.timesCut();
    long free = System.nanoTime();
    switch (kind) {
      case RESET -> proxy.reset();
      case SILENCE -> proxy.swallow();
      case LONG_SILENCE -> {
        proxy.swallowAll();
        session.whenCut(cuts + 1).get(60, TimeUnit.SECONDS);
        free = System.nanoTime();
        proxy.heal();
      }
      case REFUSAL -> {
        proxy.refuse();
        session.whenCut(cuts + 1).get(60, TimeUnit.SECONDS);
        free = System.nanoTime();
        proxy.listen();
      }
      case KILL -> {
        server.kill();
        // Each second time the whole machine seems gone, else what stands before it answers.
        boolean refused = kills++ % 2 == 1;
        if (refused) {
          proxy.refuse();
        }
        server = instance();
        proxy.leadTo(server.port());
        free = System.nanoTime();
        if (refused) {
          proxy.listen();
        }
      }
      case DRAIN -> {
        ChildProcess next = instance();
        proxy.leadTo(next.port());
        free = System.nanoTime();
        drain();
        server = next;
      }
    }
    return free;
  }

  /** Each second time at once; else the session has time to move before its stream is ended. */
  private void drain() throws Exception {
    CompletableFuture<Void> moved = session.whenOpened(session.timesOpened() + 1);
    server.tell("announce");
    if (drains++ % 2 == 0) {
      moved.get(60, TimeUnit.SECONDS);
    }
    server.tell("drain");
    if (server.ended() != 0) {
      throw new AssertionError("the drained instance failed:\n" + server.output());
    }
  }

  /**
   * Milliseconds from the moment the way was free to the first answer on the next stream, by kind,
   * sorted.
   */
  Map<Kind, List<Long>> resumed() {
    resumed.values().forEach(Collections::sort);
    return resumed;
  }

  /** What was done, and the last words of the instance that serves now. */
  String story() {
    return story + "server: " + server.output();
  }

  @Override
  public void close() throws Exception {
    proxy.close();
    server.close();
  }
}

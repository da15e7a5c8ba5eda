package io.grpcplatform.telemetry;

import java.util.function.Consumer;
import java.util.function.Supplier;

/** Messages without traces: a text that was there goes on with its message. */
final class UntracedMessages implements MessageTraces {

  static final UntracedMessages INSTANCE = new UntracedMessages();

  private UntracedMessages() {}

  @Override
  public String current() {
    return "";
  }

  @Override
  public MessageTraces ofStream() {
    return this;
  }

  @Override
  public void send(String what, String trace, Consumer<String> sending) {
    sending.accept(trace);
  }

  @Override
  public <T> T handle(String what, String trace, Supplier<T> work) {
    return work.get();
  }
}

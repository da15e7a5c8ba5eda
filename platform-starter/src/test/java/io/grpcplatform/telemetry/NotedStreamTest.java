package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.CallHook;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;

/** A stream's hook stands before its call's, and must not swallow what the call listens to. */
final class NotedStreamTest {

  @Test
  void everyWordOfAHookIsPassedOn() {
    for (Method word : CallHook.class.getMethods()) {
      assertThat(NotedStream.class.getDeclaredMethods())
          .as("a default answer would hide the call's own: %s", word)
          .anyMatch(own -> own.getName().equals(word.getName()));
    }
  }
}

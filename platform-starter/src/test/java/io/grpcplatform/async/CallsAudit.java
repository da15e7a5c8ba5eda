package io.grpcplatform.async;

import com.google.longrunning.Operation;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpcplatform.test.v1.EchoResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Compares what was submitted with what came of it and with what the handler has written. */
record CallsAudit(
    Map<String, String> submitted,
    Map<String, Operation> ended,
    Map<String, Integer> written,
    Map<String, DeadLetter> deadLetters) {

  /** The text of a call that no attempt can answer, by a key. */
  static String poison(String key) {
    return "INVALID_ARGUMENT:1000000000:poison " + key;
  }

  /** Everything that is wrong. */
  List<String> findings() {
    List<String> found = new ArrayList<>();
    submitted.forEach(
        (key, text) -> {
          Operation operation = ended.get(key);
          if (operation == null || !operation.getDone()) {
            found.add(key + " is lost");
          } else if (text.equals(poison(key))) {
            checkPoison(key, operation, found);
          } else {
            checkAnswered(key, text, operation, found);
          }
        });
    written.keySet().stream()
        .filter(key -> !submitted.containsKey(key))
        .forEach(key -> found.add(key + " was never submitted"));
    return found;
  }

  private void checkAnswered(String key, String text, Operation operation, List<String> found) {
    int times = written.getOrDefault(key, 0);
    if (times != 1) {
      found.add(key + " was carried out " + times + " times");
    }
    if (!operation.hasResponse()) {
      found.add(key + " ended with " + operation.getError());
      return;
    }
    try {
      String answer = operation.getResponse().unpack(EchoResponse.class).getText();
      if (!answer.equals(text + " done")) {
        found.add(key + " was answered " + answer);
      }
    } catch (InvalidProtocolBufferException other) {
      found.add(key + " was answered with a " + operation.getResponse().getTypeUrl());
    }
  }

  private void checkPoison(String key, Operation operation, List<String> found) {
    String expected = "as poison " + key + " wants";
    if (written.containsKey(key)) {
      found.add(key + " failed and was carried out");
    }
    if (!operation.getError().getMessage().equals(expected)) {
      found.add(key + " ended with " + operation);
    }
    DeadLetter letter = deadLetters.get(key);
    if (letter == null
        || letter.error().getCode() != Status.Code.INVALID_ARGUMENT
        || !expected.equals(letter.error().getDescription())) {
      found.add(key + " is not among the dead letters with its error, but " + letter);
    }
  }
}

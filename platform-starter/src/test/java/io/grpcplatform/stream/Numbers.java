package io.grpcplatform.stream;

import com.google.protobuf.ByteString;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;

/**
 * The messages of the proof and what is to be answered to each. Messages count from 1; so do all
 * answers, whichever message they belong to.
 */
final class Numbers {

  private static final ByteString FILLER = ByteString.copyFrom(new byte[2048]);

  private Numbers() {}

  /** Mostly one, now and then none or some. */
  static int answersTo(int message) {
    return switch (message % 10) {
      case 3 -> 0;
      case 7 -> 3;
      default -> 1;
    };
  }

  /** How many answers come before those to {@code message}. */
  static int answersBefore(int message) {
    int tens = (message - 1) / 10;
    int answers = tens * 11;
    for (int rest = tens * 10 + 1; rest < message; rest++) {
      answers += answersTo(rest);
    }
    return answers;
  }

  /** Between nothing and 2 KB long, 1 KB on the average. */
  static NumberedRequest request(int message) {
    return NumberedRequest.newBuilder()
        .setText(Integer.toString(message))
        .setAnswers(answersTo(message))
        .setFiller(FILLER.substring(0, Math.floorMod(message * 7919, 2049)))
        .build();
  }

  static NumberedResponse answer(int number) {
    return NumberedResponse.newBuilder()
        .setText(Integer.toString(number))
        .setFiller(FILLER.substring(0, Math.floorMod(number * 6007, 1025)))
        .build();
  }
}

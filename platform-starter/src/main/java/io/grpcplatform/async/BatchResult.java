package io.grpcplatform.async;

import io.grpc.Status;

/**
 * What became of one item of a batch.
 *
 * @param <O> the answer
 */
public sealed interface BatchResult<O> {

  /** It was answered. */
  record Answered<O>(O answer) implements BatchResult<O> {}

  /** It failed, the others did not. */
  record Failed<O>(Status status) implements BatchResult<O> {

    public Failed {
      if (status.isOk()) {
        throw new IllegalArgumentException("status: OK (expected: why the item failed)");
      }
    }
  }

  /** An answer. */
  static <O> BatchResult<O> of(O answer) {
    return new Answered<>(answer);
  }

  /**
   * A failure of this item alone.
   *
   * @throws IllegalArgumentException for OK
   */
  static <O> BatchResult<O> failed(Status status) {
    return new Failed<>(status);
  }
}

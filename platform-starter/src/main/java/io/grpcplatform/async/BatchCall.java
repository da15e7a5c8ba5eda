package io.grpcplatform.async;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Carries a batch out, such as by one call of a method that takes many.
 *
 * @param <I> the items
 * @param <O> their answers
 */
@FunctionalInterface
public interface BatchCall<I, O> {

  /**
   * Begins it and does not wait; runs on the thread that completed the batch, or on the batcher's
   * executor where its time has come. The current gRPC Context has the values of the first item's,
   * ends with the earliest deadline of all items', and is cancelled when nobody waits for any of
   * them: a call made in it needs no more.
   *
   * @param items at least one, in the order in which they came
   * @return the results in the order of the items, as many; if it fails, all items do
   */
  CompletionStage<List<BatchResult<O>>> start(List<I> items);
}

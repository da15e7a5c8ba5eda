package io.grpcplatform.async;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * All answers, in the order of the calls; the first failure is that of all.
 *
 * @param <T> the answers
 * @param <R> what is made of them
 */
final class AllOf<T, R> extends Together<T, R> {

  private final Function<? super List<T>, ? extends R> combine;
  private final AtomicReferenceArray<T> answers;
  private final AtomicInteger missing;

  AllOf(
      List<? extends Call<? extends T>> calls,
      FanOut how,
      Function<? super List<T>, ? extends R> combine) {
    super(calls, how);
    this.combine = combine;
    this.answers = new AtomicReferenceArray<>(calls.size());
    this.missing = new AtomicInteger(calls.size());
  }

  @Override
  void answered(int index, T answer) {
    answers.set(index, answer);
    if (missing.decrementAndGet() == 0) {
      finish(combine.apply(IntStream.range(0, size()).mapToObj(answers::get).toList()));
    }
  }

  @Override
  void failed(int index, Throwable failure) {
    fail(failure);
  }
}

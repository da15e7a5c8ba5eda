package io.grpcplatform.async;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The first answer. Where all fail, the failure of the first call, with those of the others as
 * suppressed ones.
 *
 * @param <T> the answer
 */
final class FirstOf<T> extends Together<T, T> {

  private final AtomicReferenceArray<Throwable> failures;
  private final AtomicInteger missing;

  FirstOf(List<? extends Call<? extends T>> calls, FanOut how) {
    super(calls, how);
    this.failures = new AtomicReferenceArray<>(calls.size());
    this.missing = new AtomicInteger(calls.size());
  }

  @Override
  void answered(int index, T answer) {
    finish(answer);
  }

  @Override
  void failed(int index, Throwable failure) {
    failures.set(index, failure);
    if (missing.decrementAndGet() == 0) {
      Throwable first = failures.get(0);
      for (int i = 1; i < failures.length(); i++) {
        if (failures.get(i) != first) {
          first.addSuppressed(failures.get(i));
        }
      }
      fail(first);
    }
  }
}

package io.grpcplatform.async;

import java.util.concurrent.atomic.LongAdder;

/**
 * What a batcher has done so far.
 *
 * @param items in batches
 * @param full batches that went because they were full
 * @param due batches that went because their time had come
 * @param refused items for which there was no room
 */
record BatchCounts(LongAdder items, LongAdder full, LongAdder due, LongAdder refused) {

  BatchCounts() {
    this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
  }

  void sent(int count, boolean wasFull) {
    items.add(count);
    (wasFull ? full : due).increment();
  }
}

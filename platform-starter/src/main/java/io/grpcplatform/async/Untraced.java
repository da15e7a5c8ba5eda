package io.grpcplatform.async;

import io.grpcplatform.WorkTraces;
import java.util.function.Supplier;

/** Work without traces. */
enum Untraced implements WorkTraces {
  WORK;

  @Override
  public String current() {
    return "";
  }

  @Override
  public <T> T handle(String what, String trace, Supplier<T> work) {
    return work.get();
  }
}

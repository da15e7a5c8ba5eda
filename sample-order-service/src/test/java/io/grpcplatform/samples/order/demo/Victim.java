package io.grpcplatform.samples.order.demo;

import java.util.EnumSet;
import java.util.Set;

/** Which processes are killed at one blow. */
enum Victim {
  ORDER,
  PAYMENT,
  BOTH;

  Set<Victim> each() {
    return this == BOTH ? EnumSet.of(ORDER, PAYMENT) : EnumSet.of(this);
  }
}

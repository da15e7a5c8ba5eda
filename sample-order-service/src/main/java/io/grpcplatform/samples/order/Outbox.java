package io.grpcplatform.samples.order;

import java.util.List;

/**
 * The commands that the payment service has not answered yet, oldest first. What is added becomes
 * visible with the order's own transaction, so a command waits if and only if its order does.
 */
public interface Outbox {
  void add(PaymentCommand command);

  /** The oldest commands; parked ones are left out. */
  List<PaymentCommand> oldest(int limit);

  /** Takes an answered command out; false when it was answered before. */
  boolean remove(String commandId);

  /** Keeps a command that cannot go on from being sent again, until a person has looked at it. */
  void park(String commandId, String reason);

  long waiting();

  long parked();
}

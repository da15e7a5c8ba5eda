package io.grpcplatform.samples.order;

/**
 * Has money given back by a durable call. Takes part in the transaction of its caller: the money
 * goes back if and only if the order says so.
 */
public interface Refunds {
  /**
   * Has the payment service give the order's money back, whatever happens to either process;
   * somebody calls {@link OrderDesk#paidBack} when it is done. For one order it happens once,
   * however often it is asked for.
   *
   * @return the name under which the call can be asked about, the same each time
   */
  String submit(Order order);
}

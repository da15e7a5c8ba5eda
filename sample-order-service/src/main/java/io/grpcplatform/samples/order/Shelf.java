package io.grpcplatform.samples.order;

import java.util.List;
import java.util.Optional;

/** The goods. Takes part in the transaction of its caller. */
public interface Shelf {
  /** The price of one piece; empty for a product there is not. */
  Optional<Money> price(String sku);

  /** Sets all the lines aside, or none of them. */
  boolean reserve(List<OrderLine> lines);

  /**
   * Hands the reserved pieces over; refused, with everything as it was, when one of the products
   * has been recalled.
   */
  boolean checkOut(List<OrderLine> lines);

  /** Puts the reserved pieces back. */
  void release(List<OrderLine> lines);

  /** Puts pieces back that had been handed over. */
  void takeBack(List<OrderLine> lines);
}

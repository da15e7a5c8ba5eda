package io.grpcplatform.samples.payment;

/** An amount in the smallest unit of its currency (12.50 euro is 1250 EUR); never negative. */
public record Money(long minorUnits, String currency) {
  public Money {
    if (minorUnits < 0) {
      throw new IllegalArgumentException("minor_units: " + minorUnits + " (expected: >= 0)");
    }
    if (!currency.matches("[A-Z]{3}")) {
      throw new IllegalArgumentException(
          "currency: '" + currency + "' (expected: three upper-case letters of ISO 4217)");
    }
  }

  @Override
  public String toString() {
    return minorUnits + " " + currency;
  }
}

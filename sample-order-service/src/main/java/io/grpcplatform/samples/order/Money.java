package io.grpcplatform.samples.order;

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

  Money times(int count) {
    return new Money(Math.multiplyExact(minorUnits, (long) count), currency);
  }

  Money plus(Money other) {
    if (!currency.equals(other.currency)) {
      throw new IllegalArgumentException(
          "currency: " + other.currency + " (expected: " + currency + ", as in the other lines)");
    }
    return new Money(Math.addExact(minorUnits, other.minorUnits), currency);
  }

  @Override
  public String toString() {
    return minorUnits + " " + currency;
  }
}

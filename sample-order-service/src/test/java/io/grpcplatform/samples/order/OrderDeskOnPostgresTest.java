package io.grpcplatform.samples.order;

/** The same migrations and the same facts on a real PostgreSQL. */
class OrderDeskOnPostgresTest extends OrderDeskTest {

  @Override
  Shop newShop() {
    return new Shop(Postgres.freshDatabase("shop"));
  }
}

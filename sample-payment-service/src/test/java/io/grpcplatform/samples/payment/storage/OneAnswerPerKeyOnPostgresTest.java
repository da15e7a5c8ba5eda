package io.grpcplatform.samples.payment.storage;

import io.grpcplatform.samples.payment.Postgres;

/** The same migrations and the same facts on a real PostgreSQL. */
class OneAnswerPerKeyOnPostgresTest extends OneAnswerPerKeyTest {

  @Override
  TestLedger newDatabase() {
    return new TestLedger(Postgres.freshDatabase("payments"));
  }
}

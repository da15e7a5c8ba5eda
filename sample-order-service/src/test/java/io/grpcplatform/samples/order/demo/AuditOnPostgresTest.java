package io.grpcplatform.samples.order.demo;

import io.grpcplatform.samples.order.Postgres;
import java.sql.SQLException;

/** The same faults planted in a real PostgreSQL. */
class AuditOnPostgresTest extends AuditTest {

  @Override
  TwoDatabases newDatabases() throws SQLException {
    return TwoDatabases.migrated(
        Postgres.freshDatabase("audited_orders"),
        Postgres.freshDatabase("audited_payments"),
        Postgres.USER);
  }
}

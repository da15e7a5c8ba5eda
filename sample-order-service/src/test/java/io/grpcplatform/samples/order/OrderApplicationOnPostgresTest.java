package io.grpcplatform.samples.order;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The same service with the profile {@code postgresql}, on a real PostgreSQL. */
@SpringBootTest(
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {"platform.server.port=0", "platform.client.channels.payment.target=127.0.0.1:1"})
@ActiveProfiles("postgresql")
class OrderApplicationOnPostgresTest extends OrderApplicationTest {

  @DynamicPropertySource
  static void database(DynamicPropertyRegistry properties) {
    String url = Postgres.freshDatabase("orders");
    properties.add("ORDER_DATABASE_URL", () -> url);
    properties.add("ORDER_DATABASE_USER", () -> Postgres.USER);
  }

  @Test
  void asksRealPostgresWithBoundedPatience(@Autowired JdbcClient jdbc) {
    assertThat(jdbc.sql("SELECT version()").query(String.class).single()).contains("PostgreSQL");
    assertThat(jdbc.sql("SHOW lock_timeout").query(String.class).single()).isEqualTo("10s");
    assertThat(jdbc.sql("SHOW application_name").query(String.class).single()).isEqualTo("order");
  }
}

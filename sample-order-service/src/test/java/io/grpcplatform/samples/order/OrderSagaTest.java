package io.grpcplatform.samples.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpcplatform.samples.order.OrderSaga.Decision;
import io.grpcplatform.samples.order.OrderSaga.IllegalTransitionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Walks the table in {@link OrderSaga}'s Javadoc: what is written there is what the code decides,
 * and nothing else.
 */
class OrderSagaTest {
  private static final Path SOURCE =
      Path.of("src/main/java/io/grpcplatform/samples/order/OrderSaga.java");
  private static final Pattern ROW = Pattern.compile("<tr><td>(.*)</td></tr>");

  private record Row(String state, String event, Decision decision) {}

  @Test
  void decidesWhatItsTableSays() throws IOException {
    List<Row> table = table();

    for (Row row : table) {
      Decision decided =
          row.event().equals("–")
              ? OrderSaga.begin()
              : OrderSaga.decide(OrderState.valueOf(row.state()), SagaEvent.valueOf(row.event()));

      assertThat(decided).as("%s %s", row.state(), row.event()).isEqualTo(row.decision());
    }
    assertThat(table).hasSize(14);
  }

  @Test
  void throwsOnEverythingNotInItsTable() throws IOException {
    Map<String, Row> known = new HashMap<>();
    table().forEach(row -> known.put(row.state() + row.event(), row));
    int illegal = 0;

    for (OrderState state : OrderState.values()) {
      for (SagaEvent event : SagaEvent.values()) {
        if (!known.containsKey(state.name() + event.name())) {
          illegal++;
          assertThatThrownBy(() -> OrderSaga.decide(state, event))
              .isInstanceOf(IllegalTransitionException.class)
              .hasMessageContaining(event + " in " + state);
        }
      }
    }

    assertThat(illegal).isEqualTo(9 * 13 - 13);
  }

  @Test
  void leavesAnEndOnTheCustomersWishOnly() throws IOException {
    List<Row> table = table();

    assertThat(table)
        .filteredOn(row -> !row.event().equals("–"))
        .filteredOn(row -> OrderState.valueOf(row.state()).isFinal())
        .extracting(Row::event)
        .containsExactly(SagaEvent.REFUND_WANTED.name());
  }

  @Test
  void endsEveryWayConfirmedOrCancelled() throws IOException {
    List<Row> table = table();
    EnumSet<OrderState> seen = EnumSet.noneOf(OrderState.class);
    Deque<OrderState> open = new ArrayDeque<>(List.of(OrderSaga.begin().state()));

    while (!open.isEmpty()) {
      OrderState state = open.pop();
      if (seen.add(state)) {
        List<OrderState> next =
            table.stream()
                .filter(row -> row.state().equals(state.name()))
                // What only the customer can bring about, to an order that has had its end.
                .filter(row -> !row.event().equals(SagaEvent.REFUND_WANTED.name()))
                .map(row -> row.decision().state())
                .toList();
        assertThat(next.isEmpty()).as("%s is an end", state).isEqualTo(state.isFinal());
        open.addAll(next);
      }
    }

    assertThat(seen).containsExactlyInAnyOrder(OrderState.values());
  }

  private static List<Row> table() throws IOException {
    Matcher rows = ROW.matcher(Files.readString(SOURCE));
    return rows.results().map(row -> row(row.group(1).split("</td><td>", -1))).toList();
  }

  private static Row row(String[] cells) {
    assertThat(cells).as(Arrays.toString(cells)).hasSize(5);
    List<SagaCommand> commands =
        cells[3].isEmpty() ? List.of() : List.of(SagaCommand.valueOf(cells[3]));
    CancelReason reason = cells[4].isEmpty() ? null : CancelReason.valueOf(cells[4]);
    return new Row(
        cells[0], cells[1], new Decision(OrderState.valueOf(cells[2]), commands, reason));
  }
}

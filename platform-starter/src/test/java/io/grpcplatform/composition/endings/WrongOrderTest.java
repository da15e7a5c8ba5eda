package io.grpcplatform.composition.endings;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.composition.endings.Setup.Order;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Stages in the wrong order: the check that is green elsewhere sees that something else is told.
 */
final class WrongOrderTest {

  @AfterAll
  static void close() {
    OneTruth.closeAll();
  }

  private static Ending ending(String name) {
    return Endings.all().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  static Stream<MethodType> kinds() {
    return Ending.KINDS.stream();
  }

  /** What measures hears UNKNOWN, what makes failures safe sends INTERNAL. */
  @ParameterizedTest
  @MethodSource("kinds")
  void measuringInsideTheErrorStageTellsAnotherStatus(MethodType kind) {
    Ending thrown = ending("the handler throws an exception");

    assertThatThrownBy(() -> OneTruth.check(thrown, kind, true, Order.ERROR_OUTSIDE))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("samples of the SERVER's timers")
        .hasMessageContaining("UNKNOWN");
  }

  /** As most starters do with exceptions that the application maps. */
  @ParameterizedTest
  @MethodSource("kinds")
  void measuringInsideTheErrorStageMissesMappedExceptions(MethodType kind) {
    Ending mapped = ending("an exception that `@GrpcAdvice` maps");

    assertThatThrownBy(() -> OneTruth.check(mapped, kind, true, Order.ERROR_OUTSIDE))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("UNKNOWN");
  }

  @ParameterizedTest
  @EnumSource(
      value = MethodType.class,
      names = {"CLIENT_STREAMING", "SERVER_STREAMING"})
  void measuringInsideARefusingStageTellsNothing(MethodType kind) {
    Ending refused = ending("`DRAINING`: a call that comes during the drain");

    assertThatThrownBy(() -> OneTruth.check(refused, kind, true, Order.REFUSALS_OUTSIDE))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("a SERVER span ends");
  }
}

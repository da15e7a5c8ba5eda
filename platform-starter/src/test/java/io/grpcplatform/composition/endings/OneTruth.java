package io.grpcplatform.composition.endings;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpcplatform.Refusal.Reason;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The one contract: what a caller reads, a timer's tag, a span and a line of the access log name
 * the same status of one call, each of them once.
 */
final class OneTruth {

  private static final AttributeKey<String> STATUS_CODE =
      AttributeKey.stringKey("grpc.status_code");
  private static final String SERVICE = "platform.test.v1.EndingService";
  private static final Map<List<String>, Assembly> ASSEMBLIES = new HashMap<>();

  private final Ending ending;
  private final MethodType kind;
  private final boolean bare;
  private final Told told;

  private OneTruth(Ending ending, MethodType kind, boolean bare) {
    this.ending = ending;
    this.kind = kind;
    this.bare = bare;
    this.told = ending.told(kind);
  }

  /**
   * Lets a call end, and fails unless the same is told of it everywhere.
   *
   * @param bare whether the client is grpc-java's alone, so that only the server tells
   */
  static void check(Ending ending, MethodType kind, boolean bare) throws Exception {
    check(ending, kind, bare, Setup.Order.TELEMETRY_OUTSIDE);
  }

  static void check(Ending ending, MethodType kind, boolean bare, Setup.Order order)
      throws Exception {
    Setup setup = new Setup();
    ending.setup().accept(setup);
    setup.order = order;
    if (setup.fresh) {
      try (Assembly own = new Assembly(setup.properties)) {
        new OneTruth(ending, kind, bare).in(own, setup);
      }
    } else {
      Assembly shared = ASSEMBLIES.computeIfAbsent(List.copyOf(setup.properties), Assembly::new);
      new OneTruth(ending, kind, bare).in(shared, setup);
    }
  }

  /** Closes what the checks have shared. */
  static void closeAll() {
    ASSEMBLIES.values().forEach(Assembly::close);
    ASSEMBLIES.clear();
  }

  private void in(Assembly assembly, Setup setup) throws Exception {
    try (Scene scene = new Scene(assembly, setup, kind, bare)) {
      Caller caller = ending.situation().play(scene);

      caller.awaitClosed();
      reads(caller);
      scene.sightings.await(SpanKind.SERVER, servedCalls());
      scene.served.awaitClosed(servedCalls());
      if (!bare) {
        scene.sightings.await(SpanKind.CLIENT, 1);
      }
      scene.end();
      reads(caller);
      tells(scene.sightings, SpanKind.SERVER, serverCodes(scene), scene.served.closed());
      List<Code> client = told.client() == null ? List.of() : List.of(told.client());
      tells(scene.sightings, SpanKind.CLIENT, bare ? List.of() : client, caller.wire());
      wire(caller, scene.served.closed());
      once(scene);
    }
  }

  private int servedCalls() {
    return told.server().isEmpty() ? 0 : told.before().size() + 1;
  }

  private void reads(Caller caller) {
    if (told.caller() == null) {
      assertThat(caller.thrown()).as("an exception instead of a status").isNotNull();
      return;
    }
    Status status = caller.status();
    assertThat(caller.thrown()).isNull();
    assertThat(caller.closes()).as("how often the caller is told").isEqualTo(1);
    assertThat(status).isNotNull();
    assertThat(status.getCode()).as("the caller reads %s", status).isEqualTo(told.caller());
    assertThat(status + " " + caller.trailers()).doesNotContain("hunter2");
  }

  /** What the server tells: where the table leaves a choice, what its timer says. */
  private List<Code> serverCodes(Scene scene) {
    if (told.server().isEmpty()) {
      return List.of();
    }
    List<String> samples = scene.sightings.samples(SpanKind.SERVER);
    List<Code> codes = new ArrayList<>(told.before());
    codes.add(
        told.server().stream()
            .filter(code -> samples.stream().anyMatch(sample -> sample.endsWith(" " + code)))
            .findFirst()
            .orElse(told.server().iterator().next()));
    return codes;
  }

  /** Timer, span and line, each of them once for each call and with the same status. */
  private void tells(Sightings seen, SpanKind side, List<Code> codes, List<Status> wire) {
    boolean nameless = ending.isNameless() && side == SpanKind.SERVER;
    String name = nameless ? "unknown/unknown" : SERVICE + "/" + method();
    String type = nameless ? "UNKNOWN" : kind.name();
    assertThat(seen.samples(side))
        .as("samples of the %s's timers; on the wire %s", side, wire)
        .containsExactlyInAnyOrderElementsOf(
            codes.stream().map(code -> name + " " + type + " " + code).toList());

    List<SpanData> spans = seen.spans(side);
    assertThat(spans)
        .extracting(span -> String.valueOf(span.getAttributes().get(STATUS_CODE)))
        .as("status of the %s's spans", side)
        .containsExactlyInAnyOrderElementsOf(codes.stream().map(Code::name).toList());
    Map<String, String> traces = new HashMap<>();
    for (SpanData span : spans) {
      boolean ok = "OK".equals(span.getAttributes().get(STATUS_CODE));
      assertThat(span.getName()).isEqualTo(name);
      assertThat(span.getStatus().getStatusCode())
          .isEqualTo(ok ? StatusCode.UNSET : StatusCode.ERROR);
      traces.put(span.getTraceId(), "");
    }

    List<Sightings.Line> lines = seen.lines(side);
    assertThat(lines)
        .extracting(line -> line.method() + " " + line.code())
        .as("lines of the %s", side)
        .containsExactlyInAnyOrderElementsOf(
            codes.stream().map(code -> name + " " + code).toList());
    assertThat(lines).allSatisfy(line -> assertThat(traces).containsKey(line.trace()));
    assertThat(lines).extracting(Sightings.Line::refusal).containsOnly(reasons(side, lines));
  }

  private @Nullable String[] reasons(SpanKind side, List<Sightings.Line> lines) {
    boolean client = side == SpanKind.CLIENT;
    Reason reason = client ? ending.reasonOfClient() : told.reset() ? null : ending.reason();
    String name = reason == null ? null : reason.name();
    return lines.stream().map(line -> name).toArray(String[]::new);
  }

  private String method() {
    return ending.isNameless()
        ? "Nothing"
        : switch (kind) {
          case UNARY -> "Unary";
          case SERVER_STREAMING -> "ServerStream";
          case CLIENT_STREAMING -> "ClientStream";
          default -> "Bidi";
        };
  }

  /** What the two transports say, who know nothing of stages. */
  private void wire(Caller caller, List<Status> served) {
    List<Code> server = served.stream().map(Status::getCode).toList();
    List<Code> client = caller.wire().stream().map(Status::getCode).toList();
    if (told.server().isEmpty()) {
      assertThat(server).as("streams that reach the server").isEmpty();
      return;
    }
    assertThat(server).hasSize(servedCalls());
    if (!told.reset()) {
      Code end = told.server().iterator().next();
      List<Code> all = Stream.concat(told.before().stream(), Stream.of(end)).toList();
      assertThat(server).as("the server's transport: %s", served).isEqualTo(all);
      assertThat(client).as("the client's transport: %s", caller.wire()).isEqualTo(all);
    } else {
      Set<Code> besides = Set.of(Code.CANCELLED, Code.UNAVAILABLE, Code.UNKNOWN);
      assertThat(server.get(server.size() - 1))
          .as("the server's transport: %s", served)
          .matches(code -> told.server().contains(code) || besides.contains(code));
    }
  }

  /** No hook hears two ends, and none is forgotten. */
  private static void once(Scene scene) {
    assertThat(scene.serverProbe.ended).hasValue(scene.serverProbe.begun.get());
    assertThat(scene.clientProbe.ended).hasValue(scene.clientProbe.begun.get());
    assertThat(scene.clientProbe.begun.get()).isLessThanOrEqualTo(1);
  }
}

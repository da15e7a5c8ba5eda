package io.grpcplatform.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.util.Durations;
import com.google.rpc.RetryInfo;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.grpcplatform.Caller;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Loopback;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls that are let in and refused, over loopback, while the clock stands still. */
final class RateLimitTest {

  private static final String UNARY = "[platform.test.v1.EchoService/Unary]";
  private static final String ECHO = "[platform.test.v1.EchoService/*]";

  private Loopback loopback;

  @AfterEach
  void stop() throws InterruptedException {
    if (loopback != null) {
      loopback.close();
    }
  }

  private EchoServiceBlockingStub served(Limits limits) throws Exception {
    loopback = Loopback.serving(new EchoBehaviour(), limits.server);
    return EchoServiceGrpc.newBlockingStub(loopback.channel());
  }

  private EchoServiceBlockingStub calling(Limits limits) throws Exception {
    loopback = Loopback.serving(new EchoBehaviour());
    return EchoServiceGrpc.newBlockingStub(loopback.channel(limits.client));
  }

  private static int allowed(EchoServiceBlockingStub stub, int calls) {
    int allowed = 0;
    for (int i = 0; i < calls; i++) {
      allowed += refused(stub) == null ? 1 : 0;
    }
    return allowed;
  }

  private static StatusRuntimeException refused(EchoServiceBlockingStub stub) {
    return catchThrowableOfType(
        StatusRuntimeException.class, () -> stub.unary(Talk.words("hello")));
  }

  private static EchoServiceBlockingStub as(
      EchoServiceBlockingStub stub, String header, String value) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of(header, Metadata.ASCII_STRING_MARSHALLER), value);
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  @Test
  void aCallTooManyIsRefusedWithTheReasonAndTheWait() throws Exception {
    Limits limits = new Limits("server.methods" + UNARY + ".rate", "4/s");
    EchoServiceBlockingStub stub = served(limits);
    assertThat(allowed(stub, 4)).isEqualTo(4);

    StatusRuntimeException failed = refused(stub);

    assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(Refusal.reasonOf(failed.getTrailers())).isEqualTo(Refusal.Reason.RATE_LIMITED);
    assertThat(failed.getStatus().getDescription())
        .isEqualTo(
            "Too many calls of platform.test.v1.EchoService/Unary: allowed are 4/s with a burst of"
                + " 4 (platform.ratelimit.server.methods[platform.test.v1.EchoService/Unary].rate)");
    RetryInfo retry = null;
    for (Any detail : StatusProto.fromThrowable(failed).getDetailsList()) {
      retry = detail.is(RetryInfo.class) ? detail.unpack(RetryInfo.class) : retry;
    }
    assertThat(Durations.toMillis(retry.getRetryDelay())).isEqualTo(250);
  }

  @Test
  void tokensComeBackAtTheRateUpToTheBurst() throws Exception {
    Limits limits =
        new Limits(
            "server.methods" + UNARY + ".rate", "10/s", "server.methods" + UNARY + ".burst", "3");
    EchoServiceBlockingStub stub = served(limits);
    assertThat(allowed(stub, 5)).isEqualTo(3);

    limits.clock.advance(Duration.ofMillis(99));
    assertThat(allowed(stub, 2)).isZero();
    limits.clock.advance(Duration.ofMillis(1));
    assertThat(allowed(stub, 2)).isEqualTo(1);

    limits.clock.advance(Duration.ofMinutes(5));
    assertThat(allowed(stub, 5)).isEqualTo(3);
  }

  @Test
  void tenSecondsAtTheRateLetInWhatIsSet() throws Exception {
    Limits limits =
        new Limits(
            "server.methods" + UNARY + ".rate", "100/s", "server.methods" + UNARY + ".burst", "5");
    EchoServiceBlockingStub stub = served(limits);
    int allowed = 0;

    for (int tick = 0; tick < 2_500; tick++) {
      allowed += allowed(stub, 1);
      limits.clock.advance(Duration.ofMillis(4));
    }

    assertThat(allowed).isBetween(1000, 1005);
  }

  @Test
  void aSlidingWindowForgetsOnlyAfterItsLength() throws Exception {
    Limits limits =
        new Limits(
            "server.methods" + UNARY + ".rate", "3/s",
            "server.methods" + UNARY + ".algorithm", "sliding-window");
    EchoServiceBlockingStub stub = served(limits);
    assertThat(allowed(stub, 1)).isEqualTo(1);
    limits.clock.advance(Duration.ofMillis(500));
    assertThat(allowed(stub, 3)).isEqualTo(2);

    limits.clock.advance(Duration.ofMillis(499));
    assertThat(allowed(stub, 1)).isZero();
    limits.clock.advance(Duration.ofMillis(18));
    assertThat(allowed(stub, 2)).isEqualTo(1);
  }

  @Test
  void callersByMetadataHaveTheirOwnLimits() throws Exception {
    Limits limits =
        new Limits(
            "server.caller-header",
            "x-caller",
            "server.methods" + ECHO + ".rate",
            "2/s",
            "server.methods" + ECHO + ".per",
            "caller");
    EchoServiceBlockingStub stub = served(limits);

    assertThat(allowed(as(stub, "x-caller", "ann"), 3)).isEqualTo(2);
    assertThat(allowed(as(stub, "x-caller", "bob"), 3)).isEqualTo(2);
    assertThat(allowed(stub, 3)).as("by address").isEqualTo(2);
    assertThat(allowed(as(stub, "x-caller", "a".repeat(129)), 3)).as("by address").isZero();
  }

  @Test
  void callersOfOneTenantShareItsLimit() throws Exception {
    Limits limits =
        new Limits(
            "server.caller-header", "x-caller",
            "server.tenant-header", "x-tenant",
            "server.methods[*].rate", "2/s",
            "server.methods[*].per", "tenant");
    EchoServiceBlockingStub stub = served(limits);

    assertThat(allowed(as(as(stub, "x-caller", "ann"), "x-tenant", "acme"), 1)).isEqualTo(1);
    assertThat(allowed(as(as(stub, "x-caller", "bob"), "x-tenant", "acme"), 3)).isEqualTo(1);
    assertThat(allowed(as(stub, "x-caller", "acme"), 3))
        .as("a caller, not that tenant")
        .isEqualTo(2);
  }

  @Test
  void aClientsRefusalNeverReachesTheNetwork() throws Exception {
    Limits limits = new Limits("client.methods" + UNARY + ".rate", "1/s");
    EchoServiceBlockingStub stub = calling(limits);
    loopback.stop();
    assertThat(refused(stub).getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);

    StatusRuntimeException failed = refused(stub);

    assertThat(Refusal.reasonOf(failed.getTrailers())).isEqualTo(Refusal.Reason.RATE_LIMITED);
    assertThat(failed.getStatus().getDescription())
        .contains("(platform.ratelimit.client.methods[platform.test.v1.EchoService/Unary].rate)");
  }

  @Test
  void eachChannelHasItsOwnLimits() throws Exception {
    Limits limits = new Limits("client.methods[*].rate", "2/s");
    loopback = Loopback.serving(new EchoBehaviour());
    Channel payment = loopback.channel("payment", limits.client);
    Channel stock = loopback.channel("stock", limits.client);

    assertThat(allowed(EchoServiceGrpc.newBlockingStub(payment), 3)).isEqualTo(2);
    assertThat(allowed(EchoServiceGrpc.newBlockingStub(stock), 3)).isEqualTo(2);
  }

  @Test
  void aClientTellsApartOnWhoseBehalfItCalls() throws Exception {
    Limits limits = new Limits("client.methods[*].rate", "2/s", "client.methods[*].per", "caller");
    EchoServiceBlockingStub stub = calling(limits);
    Context ann = Context.current().withValue(Caller.CURRENT, new Caller("ann", null));

    assertThat(ann.call(() -> allowed(stub, 3))).isEqualTo(2);
    assertThat(allowed(stub, 3)).as("on nobody's").isEqualTo(2);
  }

  @Test
  void eachMethodOfAServiceHasItsOwnTokens() throws Exception {
    Limits limits = new Limits("server.methods" + ECHO + ".rate", "2/s");
    EchoServiceBlockingStub stub = served(limits);
    assertThat(allowed(stub, 3)).isEqualTo(2);

    assertThat(stub.serverStream(Talk.words("hello")).next().getText()).isEqualTo("hello");
  }

  @Test
  void switchedOffNothingIsLimited() throws Exception {
    Limits limits = new Limits("enabled", "false", "server.methods[*].rate", "1/h");
    EchoServiceBlockingStub stub = served(limits);

    assertThat(allowed(stub, 10)).isEqualTo(10);
  }
}

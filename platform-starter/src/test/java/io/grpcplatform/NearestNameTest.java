package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {

  @Test
  void countsLettersToChangeAddRemoveAndSwap() {
    assertThat(NearestName.distance("target", "target")).isZero();
    assertThat(NearestName.distance("taget", "target")).isEqualTo(1);
    assertThat(NearestName.distance("targget", "target")).isEqualTo(1);
    assertThat(NearestName.distance("tiem", "time")).isEqualTo(1);
    assertThat(NearestName.distance("", "time")).isEqualTo(4);
  }

  @Test
  void takesTheNearestThenTheFirstInTheAlphabet() {
    assertThat(NearestName.of("tiem", List.of("timeout", "time", "tile"))).isEqualTo("time");
    assertThat(NearestName.of("x", List.of("b", "a"))).isEqualTo("a");
    assertThat(NearestName.of("x", List.of())).isNull();
  }

  @Test
  void offersOnlyWhatMayHaveBeenMeant() {
    assertThat(NearestName.plausible("platform.a.tiem", "platform.a.time")).isTrue();
    assertThat(NearestName.plausible("platform.clients.x.target", "platform.client.x.target"))
        .isTrue();
    assertThat(NearestName.plausible("platform.security.token", "platform.server.port")).isFalse();
    assertThat(NearestName.plausible("platform.a.ssl.bundle", "platform.a.target")).isFalse();
  }
}

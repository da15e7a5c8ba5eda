package io.grpcplatform.composition.endings;

import java.util.ArrayList;
import java.util.List;

/** Every way a call can end, in the order of the guide's table. */
final class Endings {

  private Endings() {}

  static List<Ending> all() {
    List<Ending> all = new ArrayList<>(HandlerEndings.all());
    all.addAll(ServerRefusals.all());
    all.addAll(ClientEndings.all());
    all.addAll(TransportEndings.all());
    return all;
  }
}

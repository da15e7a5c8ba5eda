package io.grpcplatform.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The calls that have begun and not ended. Threading: safe. */
final class CallsInFlight {

  private final Set<CallInFlight> calls = ConcurrentHashMap.newKeySet();

  void add(CallInFlight call) {
    calls.add(call);
  }

  void remove(CallInFlight call) {
    calls.remove(call);
  }

  /** Those of this moment: calls that begin or end meanwhile may be missing or over. */
  List<CallInFlight> now() {
    return new ArrayList<>(calls);
  }
}

package io.grpcplatform;

import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.Map;

/**
 * What a feature shows of itself to somebody who looks into a running service. A bean of this type
 * is one section of {@code /actuator/grpc}.
 *
 * <p>Content is made of maps with text as keys, collections, records, text, numbers, booleans,
 * durations, instants, socket addresses and {@link EffectiveSetting}s, and is made anew each time.
 * It never has payloads, metadata values, descriptions of failures or secrets in it.
 *
 * <p>Threading: called on any thread, while calls run; must not block for long.
 */
public interface InspectedSection {

  /** The feature's word. */
  String name();

  /** What is to be seen at this moment, in the order to show it; empty where there is nothing. */
  default Map<String, Object> content() {
    return Map.of();
  }

  /**
   * What belongs to one client channel, shown with that channel.
   *
   * @return empty where there is nothing
   */
  default Map<String, Object> channel(String name) {
    return Map.of();
  }

  /**
   * The methods that this feature serves, under an empty channel, or has called: those whose
   * settings every section is asked for.
   */
  default Map<CallKey, MethodDescriptor<?, ?>> methods() {
    return Map.of();
  }

  /**
   * What holds for a method's calls: on the server where {@link CallKey#channel()} is empty, else
   * on that channel. It must be found by the same code that decides about calls.
   *
   * @return empty where the feature has nothing to do with such calls
   */
  default List<EffectiveSetting> settings(CallKey key, MethodDescriptor<?, ?> method) {
    return List.of();
  }
}

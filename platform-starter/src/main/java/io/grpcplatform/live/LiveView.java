package io.grpcplatform.live;

import java.util.List;
import java.util.Map;

/**
 * What the endpoint shows, without secrets.
 *
 * @param version how many changes hold since the start
 * @param live the prefixes of what can change while the application runs
 * @param set what was set through the endpoint and still holds
 * @param history the latest attempt first
 */
record LiveView(
    int version, List<String> live, Map<String, Object> set, List<LiveChange> history) {}

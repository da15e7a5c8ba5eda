package io.grpcplatform.bulkhead;

/**
 * How many calls may share one semaphore.
 *
 * @param name the semaphore's name in resilience4j's registry; no slash, which would break the
 *     paths of its actuator endpoint
 * @param whose whose calls are counted, for the message of a refusal
 * @param max how many may be in flight
 * @param property the property that decides
 */
record SharedLimit(String name, String whose, int max, String property) {}

package io.grpcplatform.stream;

import io.grpcplatform.CallClock;
import io.grpcplatform.DrainSignal;
import java.util.function.Supplier;

/**
 * What all sessions that a process serves have in common.
 *
 * @param limits what each may keep, and how long it waits; read once by each session
 * @param clock for heartbeats, silence, and how long a session without a stream is remembered
 * @param drain when clients are asked to move
 * @param watch hears what happens
 * @param instance tells this process from others, for people; may be empty
 */
record ServingTerms(
    Supplier<SessionLimits> limits,
    CallClock clock,
    DrainSignal drain,
    SessionWatch watch,
    String instance) {}

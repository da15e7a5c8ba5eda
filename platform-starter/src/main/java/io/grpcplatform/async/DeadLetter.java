package io.grpcplatform.async;

import io.grpc.Status;
import java.time.Instant;

/**
 * A durable call that ended with an error: refused for good, or out of attempts.
 *
 * @param name the operation's name
 * @param method the full name of the method
 * @param key that it was submitted with; the id in the name where there was none
 * @param attempts how often it was begun since it was submitted or last revived
 * @param error the status of the last attempt
 * @param since when it ended
 */
public record DeadLetter(
    String name, String method, String key, int attempts, Status error, Instant since) {}

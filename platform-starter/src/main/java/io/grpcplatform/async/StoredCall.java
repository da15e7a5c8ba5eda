package io.grpcplatform.async;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table; times are milliseconds since 1970.
 *
 * @param id the operation's name without its prefix
 * @param method the full name of the method
 * @param key what the handler tells the call by
 * @param ownKey the same where the call was submitted here, null where a carrier brought it
 * @param state where it stands
 * @param place who carries it out
 * @param request the request, serialized
 * @param requestType the full name of its type; empty where that is not known
 * @param responseType the full name of the response's type; empty where that is not known
 * @param response the response, serialized
 * @param error of the last attempt, a serialized {@code google.rpc.Status}
 * @param trace a W3C traceparent, or empty
 * @param attempts how often it was begun in this round, or handed to the carrier
 * @param round counts from 1 how often it was submitted, the first time included
 * @param submittedAt when
 * @param dueAt not to be begun before
 * @param endedAt when it ended, null before
 * @param replyTo the queue that waits for the result of a call that a carrier brought
 * @param tellAt when its end is to be told next; null where it was, or nobody wants to know
 * @param tellAttempts how often telling failed
 */
record StoredCall(
    String id,
    String method,
    String key,
    @Nullable String ownKey,
    CallState state,
    Place place,
    ByteString request,
    String requestType,
    String responseType,
    @Nullable ByteString response,
    @Nullable ByteString error,
    String trace,
    int attempts,
    int round,
    long submittedAt,
    long dueAt,
    @Nullable Long endedAt,
    @Nullable String replyTo,
    @Nullable Long tellAt,
    int tellAttempts) {

  private static final String PREFIX = "operations/";

  /** The name of the operation. */
  String name() {
    return PREFIX + id;
  }

  /** The id in an operation's name; the name itself where it is none of ours. */
  static String id(String name) {
    return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
  }
}

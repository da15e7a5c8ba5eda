package io.grpcplatform.error;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.DebugInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The failure of a call that this process made, recognised again when a handler passes it on as its
 * own.
 *
 * <p>What leaves is the code, and details an application put there for clients. What stays: the
 * description (addresses, transport errors, another team's words), all other trailers, what a
 * platform said about that other call (a push-back or a reason to refuse is true of that hop only:
 * passed on, it would make our caller avoid the wrong service), which fields of that other call's
 * request were wrong (our caller sent another request), and stack traces.
 */
final class DownstreamAnswer {

  private static final Metadata.Key<String> MARK =
      Metadata.Key.of("x-platform-downstream", Metadata.ASCII_STRING_MARSHALLER);

  private DownstreamAnswer() {}

  /** Remembers in {@code trailers} that they came to a client of this process. */
  static void mark(Metadata trailers) {
    trailers.discardAll(MARK);
    trailers.put(MARK, "1");
  }

  static boolean marked(Metadata trailers) {
    return trailers.containsKey(MARK);
  }

  /** Takes the mark off. */
  static void unmark(Metadata trailers) {
    trailers.discardAll(MARK);
  }

  /** The status that may leave; {@code trailers} lose what may not. */
  static Status strip(Status status, Metadata trailers) {
    com.google.rpc.Status details = details(trailers);
    for (String name : trailers.keys()) {
      discard(trailers, name);
    }
    if (details != null) {
      trailers.put(Refusal.DETAILS, details);
    }
    return Status.fromCode(status.getCode()).withDescription(words(status));
  }

  /** What is said instead of another service's description. */
  static String words(Status status) {
    return "A service that this one calls answered " + status.getCode();
  }

  /** The details of an application, or null where there are none or they are a platform's. */
  private static com.google.rpc.@Nullable Status details(Metadata trailers) {
    try {
      com.google.rpc.Status details = trailers.get(Refusal.DETAILS);
      if (details == null || Refusal.reasonOf(trailers) != null) {
        return null;
      }
      List<Any> lasting =
          details.getDetailsList().stream().filter(DownstreamAnswer::lasts).toList();
      // Its own copy of the description goes, like the description itself.
      return lasting.isEmpty()
          ? null
          : details.toBuilder().clearMessage().clearDetails().addAllDetails(lasting).build();
    } catch (IllegalArgumentException unreadable) {
      return null;
    }
  }

  /** Whether a detail is as true of our caller's call as of our own. */
  private static boolean lasts(Any detail) {
    return !detail.is(BadRequest.class) && !detail.is(DebugInfo.class);
  }

  private static void discard(Metadata trailers, String name) {
    if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
      trailers.discardAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
    } else {
      trailers.discardAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }
  }
}

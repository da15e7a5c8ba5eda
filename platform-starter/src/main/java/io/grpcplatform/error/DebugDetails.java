package io.grpcplatform.error;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.DebugInfo;
import io.grpc.Metadata;
import io.grpcplatform.Refusal;

/** An exception as {@code google.rpc.DebugInfo}, for development. */
final class DebugDetails {

  /** More would not fit the 8 KB that a client accepts as trailers. */
  private static final int FRAMES = 20;

  private DebugDetails() {}

  static void add(Throwable thrown, Metadata trailers) {
    String what = ShortText.of(thrown.toString(), ShortText.DESCRIPTION);
    DebugInfo.Builder info = DebugInfo.newBuilder().setDetail(what);
    StackTraceElement[] frames = thrown.getStackTrace();
    for (int i = 0; i < Math.min(FRAMES, frames.length); i++) {
      info.addStackEntries(frames[i].toString());
    }
    trailers.discardAll(Refusal.DETAILS);
    trailers.put(
        Refusal.DETAILS,
        com.google.rpc.Status.newBuilder()
            .setCode(Code.INTERNAL_VALUE)
            .setMessage(what)
            .addDetails(Any.pack(info.build()))
            .build());
  }
}

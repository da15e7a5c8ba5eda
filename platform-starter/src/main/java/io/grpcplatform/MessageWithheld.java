package io.grpcplatform;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An exception as a log may show it to whoever reads logs: types and stack traces of it and its
 * causes, and none of their messages, which quote passwords, addresses and what callers sent. Its
 * own message is the type that it stands for.
 *
 * <p>The whole exception belongs into the same logger's DEBUG, which nobody has on by default.
 * Limits: 16 causes, one in another.
 */
public final class MessageWithheld extends Exception {

  private static final long serialVersionUID = 1L;
  private static final int DEEPEST_CAUSE = 16;

  private MessageWithheld(String type, @Nullable Throwable cause) {
    super(type, cause);
  }

  /** What may be shown of {@code thrown}. */
  public static MessageWithheld of(Throwable thrown) {
    return of(thrown, Collections.newSetFromMap(new IdentityHashMap<>()), DEEPEST_CAUSE);
  }

  private static MessageWithheld of(Throwable thrown, Set<Throwable> seen, int depth) {
    seen.add(thrown);
    Throwable cause = thrown.getCause();
    MessageWithheld further =
        cause == null || depth == 0 || seen.contains(cause) ? null : of(cause, seen, depth - 1);
    MessageWithheld shown = new MessageWithheld(thrown.getClass().getName(), further);
    shown.setStackTrace(thrown.getStackTrace());
    for (Throwable suppressed : thrown.getSuppressed()) {
      if (depth > 0 && !seen.contains(suppressed)) {
        shown.addSuppressed(of(suppressed, seen, depth - 1));
      }
    }
    return shown;
  }
}

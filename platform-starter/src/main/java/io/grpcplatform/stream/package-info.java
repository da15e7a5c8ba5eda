/**
 * Long-lived streams at the pace of whoever is slower: a writer that never fills the heap for a
 * reader that does not read, a pump that asks a source only for what will be read, and a reader
 * that asks for no more messages than are being worked on.
 *
 * <p>Protects both ends of a stream from each other: gRPC queues without limit what is sent while
 * the other side is not ready. Nothing here is on by itself: a handler or a caller uses it. By
 * default a writer keeps 64 messages, of together 4 MB at most, and waits; a reader has 16 in work.
 *
 * <p>Limits: a writer that waits blocks its thread, which must not be gRPC's event loop. What waits
 * in a writer is lost with its stream; nothing is sent again.
 */
@NullMarked
package io.grpcplatform.stream;

import org.jspecify.annotations.NullMarked;

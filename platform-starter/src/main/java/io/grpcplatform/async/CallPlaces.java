package io.grpcplatform.async;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpcplatform.LocalServices;
import io.grpcplatform.NamedChannels;
import io.grpcplatform.WorkTraces;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who carries a call out, and makes one attempt there: at a service of this process, or
 * over a named channel.
 *
 * <p>Threading: safe; an attempt runs on the thread that makes it, and blocks.
 */
final class CallPlaces {

  private static final Metadata.Key<String> TRACE =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

  private final @Nullable NamedChannels channels;
  private final WorkTraces traces;
  private final boolean carrier;
  private final Supplier<Map<String, ServerMethodDefinition<?, ?>>> served;
  private final Supplier<Set<String>> servedNames;
  private final Map<String, MethodDescriptor<?, ?>> seen = new ConcurrentHashMap<>();
  private volatile @Nullable Map<String, ServerMethodDefinition<?, ?>> bound;

  CallPlaces(
      @Nullable LocalServices local,
      @Nullable NamedChannels channels,
      WorkTraces traces,
      boolean carrier) {
    this.channels = channels;
    this.traces = traces;
    this.carrier = carrier;
    this.served = () -> local == null ? Map.of() : methods(local);
    this.servedNames =
        () ->
            local == null
                ? Set.of()
                : local.methods().stream()
                    .map(MethodDescriptor::getFullMethodName)
                    .collect(Collectors.toSet());
  }

  private static Map<String, ServerMethodDefinition<?, ?>> methods(LocalServices local) {
    Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
    for (ServerServiceDefinition service : local.bound()) {
      for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
        methods.put(method.getMethodDescriptor().getFullMethodName(), method);
      }
    }
    return methods;
  }

  private Map<String, ServerMethodDefinition<?, ?>> bound() {
    Map<String, ServerMethodDefinition<?, ?>> known = bound;
    if (known == null) {
      known = served.get();
      bound = known;
    }
    return known;
  }

  /**
   * Who is to carry a call out.
   *
   * @throws IllegalArgumentException if nobody would
   * @throws io.grpcplatform.SettingException if there is no such channel
   */
  Place of(MethodDescriptor<?, ?> method, @Nullable String channel) {
    seen.putIfAbsent(method.getFullMethodName(), method);
    if (channel == null && servedNames.get().contains(method.getFullMethodName())) {
      return Place.HERE;
    }
    if (carrier) {
      return Place.CARRIER;
    }
    if (channel == null || channels == null) {
      throw new IllegalArgumentException(
          method.getFullMethodName()
              + " is not served by this application (expected: SubmitOptions.withChannel(..) with a"
              + " channel of platform.client.channels, or platform.async.carrier)");
    }
    channels.named(channel);
    return Place.channel(channel);
  }

  /** Refuses what is no unary method of protobuf messages. */
  static void check(MethodDescriptor<?, ?> method) {
    if (method.getType() != MethodDescriptor.MethodType.UNARY
        || type(method.getRequestMarshaller()).isEmpty()
        || type(method.getResponseMarshaller()).isEmpty()) {
      throw new IllegalArgumentException(
          method.getFullMethodName() + " (expected: a unary method of protobuf messages)");
    }
  }

  /** The type of a method's messages; empty where it is not a protobuf message. */
  static String type(MethodDescriptor.Marshaller<?> marshaller) {
    return marshaller instanceof PrototypeMarshaller<?> known
            && known.getMessagePrototype() instanceof Message message
        ? message.getDescriptorForType().getFullName()
        : "";
  }

  /** The type of the response of a method that is served here; empty for any other. */
  String responseType(String method) {
    ServerMethodDefinition<?, ?> found = bound().get(method);
    return found == null ? "" : type(found.getMethodDescriptor().getResponseMarshaller());
  }

  /** Makes one attempt, in the trace of the call. The Context ends with it. */
  Attempt attempt(StoredCall call, Context.CancellableContext context) {
    return traces.handle(
        "durable call", call.trace(), () -> call(call, context, headers(call, traces.current())));
  }

  private static Metadata headers(StoredCall call, String trace) {
    Metadata headers = new Metadata();
    headers.put(IdempotencyKey.METADATA, call.key());
    if (!trace.isEmpty()) {
      headers.put(TRACE, trace);
    }
    return headers;
  }

  private Attempt call(StoredCall call, Context.CancellableContext context, Metadata headers) {
    if (call.place().kind() == Place.Kind.CHANNEL) {
      return overChannel(call, context, headers);
    }
    ServerMethodDefinition<?, ?> method = bound().get(call.method());
    if (method == null) {
      context.cancel(null);
      return Attempt.failed(
          Status.Code.UNIMPLEMENTED, call.method() + " is not served by this application");
    }
    return InPlaceCall.make(method, call.request(), headers, context);
  }

  private Attempt overChannel(
      StoredCall call, Context.CancellableContext context, Metadata headers) {
    Context before = context.attach();
    try {
      if (channels == null) {
        return Attempt.failed(Status.Code.UNAVAILABLE, "There are no channels");
      }
      // The client's own stages write the trace; twice would be once too often.
      headers.discardAll(TRACE);
      Channel channel =
          ClientInterceptors.intercept(
              channels.named(call.place().name()),
              MetadataUtils.newAttachHeadersInterceptor(headers));
      ByteString answer =
          ClientCalls.blockingUnaryCall(
              channel, raw(call.method()), CallOptions.DEFAULT, call.request());
      return Attempt.answered(answer);
    } catch (StatusRuntimeException failed) {
      return Attempt.failed(failed.getStatus(), failed.getTrailers());
    } catch (IllegalArgumentException unknown) {
      return Attempt.failed(Status.Code.UNAVAILABLE, String.valueOf(unknown.getMessage()));
    } finally {
      context.detach(before);
      context.cancel(null);
    }
  }

  /** The method with its contract, where that is known, on bytes. */
  private MethodDescriptor<ByteString, ByteString> raw(String method) {
    MethodDescriptor<?, ?> known = seen.get(method);
    return known == null
        ? MethodDescriptor.newBuilder(RawMarshaller.BYTES, RawMarshaller.BYTES)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(method)
            .build()
        : known.toBuilder(RawMarshaller.BYTES, RawMarshaller.BYTES).build();
  }
}

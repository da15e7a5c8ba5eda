package io.grpcplatform.ratelimit;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpcplatform.CallStart;
import io.grpcplatform.Caller;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Tells callers apart by what they send, or else by where they come from: the metadata that the
 * settings name, the subject of the client's certificate, the peer's address (of IPv6 the network,
 * since one machine has more addresses than anybody can count).
 */
final class PeerCallerResolver implements CallerResolver {

  /** A longer name than this is none: what a caller sends must not fill the memory. */
  private static final int LONGEST = 128;

  private static final int IPV6_NETWORK_BYTES = 8;

  private final Metadata.@Nullable Key<String> caller;
  private final Metadata.@Nullable Key<String> tenant;

  PeerCallerResolver(@Nullable String callerHeader, @Nullable String tenantHeader) {
    this.caller = key(callerHeader);
    this.tenant = key(tenantHeader);
  }

  private static Metadata.@Nullable Key<String> key(@Nullable String header) {
    return header == null ? null : Metadata.Key.of(header, Metadata.ASCII_STRING_MARSHALLER);
  }

  @Override
  public Caller resolve(CallStart call) {
    String named = sent(call.headers(), caller);
    return new Caller(
        named == null ? peer(call.attributes()) : named, sent(call.headers(), tenant));
  }

  private static @Nullable String sent(Metadata headers, Metadata.@Nullable Key<String> key) {
    String value = key == null ? null : headers.get(key);
    return value == null || value.isEmpty() || value.length() > LONGEST ? null : value;
  }

  private static String peer(Attributes attributes) {
    SSLSession tls = attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (tls != null) {
      try {
        return tls.getPeerPrincipal().getName();
      } catch (SSLPeerUnverifiedException noCertificate) {
        // An ordinary client of a TLS server: its address has to do.
      }
    }
    return attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress socket
            && socket.getAddress() != null
        ? network(socket.getAddress())
        : "";
  }

  private static String network(InetAddress address) {
    if (address instanceof Inet6Address) {
      byte[] bytes = address.getAddress();
      Arrays.fill(bytes, IPV6_NETWORK_BYTES, bytes.length, (byte) 0);
      try {
        return InetAddress.getByAddress(bytes).getHostAddress();
      } catch (UnknownHostException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
    return address.getHostAddress();
  }
}

package io.grpcplatform.telemetry;

import io.grpc.Attributes;
import io.grpc.Grpc;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Names a server's peer by what it cannot choose: the subject of its certificate, else its address
 * without the port. That is who calls where nobody has verified more.
 */
final class PeerResolver {

  private static final Attributes.Key<String> NAME =
      Attributes.Key.create("io.grpcplatform.peer-name");

  private PeerResolver() {}

  /** The attributes of a connection and the name of its peer. */
  static Attributes withName(Attributes attributes) {
    String name = name(attributes);
    return name == null ? attributes : attributes.toBuilder().set(NAME, name).build();
  }

  /** The name of a call's peer; null where the transport knows none. */
  static @Nullable String of(Attributes attributes) {
    String known = attributes.get(NAME);
    return known == null ? name(attributes) : known;
  }

  private static @Nullable String name(Attributes attributes) {
    SSLSession tls = attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (tls != null) {
      try {
        return tls.getPeerPrincipal().getName();
      } catch (SSLPeerUnverifiedException noCertificate) {
        // An ordinary client of a TLS server: its address has to do.
      }
    }
    SocketAddress peer = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    if (peer instanceof InetSocketAddress internet) {
      return internet.getAddress() == null
          ? internet.getHostString()
          : internet.getAddress().getHostAddress();
    }
    return peer == null ? null : peer.toString();
  }
}

package io.grpcplatform.telemetry;

import io.grpc.Attributes;
import io.grpc.ServerBuilder;
import io.grpc.ServerTransportFilter;
import io.grpcplatform.ServerContributor;

/** Names each connection's peer once, when it is ready, on the transport's thread. */
final class PeerServerContributor implements ServerContributor {

  @Override
  public void contribute(ServerBuilder<?> builder) {
    builder.addTransportFilter(
        new ServerTransportFilter() {
          @Override
          public Attributes transportReady(Attributes attributes) {
            return PeerResolver.withName(attributes);
          }
        });
  }
}

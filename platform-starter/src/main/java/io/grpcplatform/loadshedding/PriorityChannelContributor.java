package io.grpcplatform.loadshedding;

import io.grpc.ManagedChannelBuilder;
import io.grpcplatform.ChannelContributor;

/** Lets every channel carry priorities on. Runs on the thread of the channel's first call. */
final class PriorityChannelContributor implements ChannelContributor {

  @Override
  public void contribute(String channel, ManagedChannelBuilder<?> builder) {
    builder.intercept(new PriorityClientInterceptor());
  }
}

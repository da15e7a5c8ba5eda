package io.grpcplatform.client;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallTimes;
import io.grpcplatform.CalledServices;
import io.grpcplatform.StartupCheck;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Finds calls that would wait for a connection without an end. */
final class WaitCheck implements StartupCheck {

  private final Collection<ChannelSettings> channels;
  private final CalledServices called;
  private final CallTimes times;

  WaitCheck(Collection<ChannelSettings> channels, CalledServices called, CallTimes times) {
    this.channels = List.copyOf(channels);
    this.called = called;
    this.times = times;
  }

  @Override
  public List<Finding> findings() {
    List<Finding> found = new ArrayList<>();
    for (ChannelSettings channel : channels) {
      if (channel.effective().waitForReady()) {
        called.methods().stream()
            .filter(method -> method.getType() == MethodType.UNARY)
            .filter(method -> !times.limit(CallKey.of(channel.name(), method), method).on())
            .findFirst()
            .ifPresent(method -> found.add(endless(channel.name(), method)));
      }
    }
    return found;
  }

  private Finding endless(String channel, MethodDescriptor<?, ?> method) {
    String wait = ChannelSettings.property(channel) + ".wait-for-ready";
    String decider = times.limit(CallKey.of(channel, method), method).property();
    String problem =
        "Calls on this channel wait for a connection, and "
            + method.getFullMethodName()
            + " has no deadline ("
            + decider
            + "): while the server is away each call hangs for ever.";
    if (!decider.startsWith("platform.")) {
      return Finding.of("endless-wait", wait, problem, "false");
    }
    return Finding.of(
        "endless-wait", decider, problem, decider.endsWith("enabled") ? "true" : "5s");
  }
}

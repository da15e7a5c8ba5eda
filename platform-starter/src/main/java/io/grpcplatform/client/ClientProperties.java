package io.grpcplatform.client;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the client channels.
 *
 * @param enabled Whether channels are made and injected.
 * @param inProcessName Name of the in-process server that serves every channel whose target is
 *     "in-process:" or unset; meant for tests. No default.
 * @param defaults What each channel inherits, leaf by leaf; everything but the target.
 * @param channels Channels by name; what a channel leaves out it inherits from
 *     platform.client.defaults. No default.
 */
@ConfigurationProperties(prefix = "platform.client", ignoreUnknownFields = false)
record ClientProperties(
    @DefaultValue("true") boolean enabled,
    @Nullable String inProcessName,
    @DefaultValue Defaults defaults,
    @DefaultValue Map<String, Channel> channels) {

  /**
   * What each channel inherits, leaf by leaf.
   *
   * @param loadBalancing Load balancing policy: round_robin, pick_first or another one that is on
   *     the classpath.
   * @param userAgent Prefix of the user-agent header. No default: gRPC's own stands alone.
   * @param idleTimeout How long a channel without calls keeps its connections; 0s for ever.
   * @param waitForReady Whether calls wait for a connection until their deadline instead of failing
   *     while there is none.
   */
  record Defaults(
      @DefaultValue Keepalive keepalive,
      @DefaultValue Inbound inbound,
      @DefaultValue("round_robin") String loadBalancing,
      @Nullable String userAgent,
      @DefaultValue("30m") Duration idleTimeout,
      @DefaultValue("false") boolean waitForReady) {

    /**
     * Pings that find a dead connection.
     *
     * @param time Quiet time after which a connection with calls is pinged; 0s for never. Below
     *     what the server permits (gRPC servers: 5m unless set) the server closes the connection.
     * @param timeout How long the answer to a ping may take before the connection is given up.
     * @param withoutCalls Whether a connection without calls is pinged too; the server must permit
     *     it.
     */
    record Keepalive(
        @DefaultValue("5m") Duration time,
        @DefaultValue("20s") Duration timeout,
        @DefaultValue("false") boolean withoutCalls) {}

    /** Limits on what a channel accepts from a server. */
    record Inbound(@DefaultValue Message message, @DefaultValue HeaderBlock metadata) {

      /**
       * Limits on messages.
       *
       * @param maxSize Largest message that is accepted.
       */
      record Message(@DefaultValue("4MB") DataSize maxSize) {}

      /**
       * Limits on metadata.
       *
       * @param maxSize Largest block of headers or trailers that is accepted.
       */
      record HeaderBlock(@DefaultValue("8KB") DataSize maxSize) {}
    }
  }

  /**
   * One named channel. Every leaf may be absent and is then inherited, the target excepted: with a
   * default of its own a leaf would never be.
   *
   * @param target Where the servers are: host:port, dns:///name:port, static://h1:p1,h2:p2,
   *     unix:path or in-process:name. No default.
   * @param loadBalancing Load balancing policy. Default inherited.
   * @param userAgent Prefix of the user-agent header. Default inherited.
   * @param idleTimeout How long the channel keeps its connections without calls; 0s for ever.
   *     Default inherited.
   * @param waitForReady Whether calls wait for a connection. Default inherited.
   */
  record Channel(
      @Nullable String target,
      @Nullable OwnKeepalive keepalive,
      @Nullable OwnInbound inbound,
      @Nullable String loadBalancing,
      @Nullable String userAgent,
      @Nullable Duration idleTimeout,
      @Nullable Boolean waitForReady) {

    /** A channel for which nothing is set. */
    static final Channel EMPTY = new Channel(null, null, null, null, null, null, null);

    /**
     * Pings that find a dead connection.
     *
     * @param time Quiet time before a ping; 0s for never. Default inherited.
     * @param timeout How long the answer may take. Default inherited.
     * @param withoutCalls Whether to ping without calls. Default inherited.
     */
    record OwnKeepalive(
        @Nullable Duration time, @Nullable Duration timeout, @Nullable Boolean withoutCalls) {}

    /** Limits on what the channel accepts from a server. */
    record OwnInbound(@Nullable Size message, @Nullable Size metadata) {

      /**
       * A limit.
       *
       * @param maxSize Largest that is accepted. Default inherited.
       */
      record Size(@Nullable DataSize maxSize) {}
    }
  }
}

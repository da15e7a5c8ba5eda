package io.grpcplatform.server;

import io.grpcplatform.SettingException;
import io.grpcplatform.server.ServerProperties.ExecutorType;
import io.grpcplatform.server.ServerProperties.OwnExecutor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the executor's properties into plans.
 *
 * @param virtualThreads whether the application as a whole is to run on virtual threads
 */
record ExecutorSettings(boolean virtualThreads) {

  private static final String PREFIX = ServerProperties.PREFIX + ".executor";

  ExecutorPlans plans(ServerProperties.Executor properties) {
    ExecutorPlan.Type type = type(properties.type());
    Integer most = properties.maxThreads();
    ExecutorPlan standard = plan(PREFIX, type, most, properties.queue());
    Map<String, ExecutorPlan> methods = new LinkedHashMap<>();
    properties.methods().forEach((key, own) -> methods.put(key, own(key, own, type, properties)));
    return new ExecutorPlans(standard, methods);
  }

  private ExecutorPlan own(
      String key, OwnExecutor own, ExecutorPlan.Type inherited, ServerProperties.Executor all) {
    ExecutorType word = own.type();
    Integer most = own.maxThreads();
    Integer queue = own.queue();
    return plan(
        PREFIX + ".methods[" + key + "]",
        word == null ? inherited : type(word),
        most == null ? all.maxThreads() : most,
        queue == null ? all.queue() : queue);
  }

  private static ExecutorPlan plan(
      String property, ExecutorPlan.Type type, @Nullable Integer most, int queue) {
    if (type == ExecutorPlan.Type.VIRTUAL && !VirtualThreads.supported()) {
      throw SettingException.of(
          property + ".type",
          "virtual",
          "platform, direct or auto on Java "
              + Runtime.version().feature()
              + "; virtual threads need Java 21 or newer",
          "auto");
    }
    if (most != null && most < 1) {
      throw SettingException.of(property + ".max-threads", most, "1 or more", "200");
    }
    if (queue < 0) {
      throw SettingException.of(property + ".queue", queue, "0 or more", "1024");
    }
    int usual =
        type == ExecutorPlan.Type.VIRTUAL
            ? ExecutorPlan.VIRTUAL_THREADS
            : ExecutorPlan.PLATFORM_THREADS;
    return new ExecutorPlan(type, most == null ? usual : most, queue);
  }

  private ExecutorPlan.Type type(ExecutorType word) {
    return switch (word) {
      case AUTO ->
          virtualThreads && VirtualThreads.supported()
              ? ExecutorPlan.Type.VIRTUAL
              : ExecutorPlan.Type.PLATFORM;
      case PLATFORM -> ExecutorPlan.Type.PLATFORM;
      case VIRTUAL -> ExecutorPlan.Type.VIRTUAL;
      case DIRECT -> ExecutorPlan.Type.DIRECT;
    };
  }
}

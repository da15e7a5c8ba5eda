package io.grpcplatform.deadline;

import io.micrometer.context.ContextSnapshotFactory;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.task.SimpleAsyncTaskExecutorCustomizer;
import org.springframework.boot.task.ThreadPoolTaskExecutorCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.support.CompositeTaskDecorator;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;
import reactor.core.publisher.Hooks;

/**
 * Takes gRPC's Context along where Spring Boot's executors and Reactor change threads, so that
 * deadlines and cancellation stay with the work.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "platform.deadline.enabled", matchIfMissing = true)
public final class PropagationAutoConfiguration {

  /** The executors of {@code @Async}, on platform threads and on virtual ones. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(ContextSnapshotFactory.class)
  @ConditionalOnBooleanProperty(
      name = "platform.deadline.propagation.executors",
      matchIfMissing = true)
  static final class ExecutorsConfiguration {

    // First, so that a customizer of the user's own has the last word. Not a bean of its own type:
    // where there are two, Spring Boot uses neither.
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    ThreadPoolTaskExecutorCustomizer platformThreadPoolPropagation(
        ObjectProvider<TaskDecorator> users) {
      return executor -> executor.setTaskDecorator(with(users));
    }

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    SimpleAsyncTaskExecutorCustomizer platformAsyncPropagation(
        ObjectProvider<TaskDecorator> users) {
      return executor -> executor.setTaskDecorator(with(users));
    }

    /** The user's decorator as Spring Boot would use it, inside ours. */
    private static TaskDecorator with(ObjectProvider<TaskDecorator> users) {
      List<TaskDecorator> decorators = new ArrayList<>();
      users.ifUnique(decorators::add);
      decorators.add(new ContextPropagatingTaskDecorator());
      return new CompositeTaskDecorator(decorators);
    }
  }

  /** Reactor's own propagation, which is one switch for the whole process. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({ContextSnapshotFactory.class, Hooks.class})
  @ConditionalOnBooleanProperty(
      name = "platform.deadline.propagation.reactor",
      matchIfMissing = true)
  static final class ReactorConfiguration {

    ReactorConfiguration(Environment environment) {
      if (!environment.containsProperty("spring.reactor.context-propagation")) {
        Hooks.enableAutomaticContextPropagation();
      }
    }
  }
}

package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.micrometer.context.ContextExecutorService;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.task.SimpleAsyncTaskExecutorBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** gRPC's Context beside the threads of Spring Boot and Reactor. */
final class PropagationTest {

  private static final Context.Key<String> TRACE = Context.key("trace");

  private final Context callers = Context.ROOT.withValue(TRACE, "4bf9");
  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  TaskExecutionAutoConfiguration.class, PropagationAutoConfiguration.class));

  @AfterEach
  void asItWas() {
    Hooks.disableAutomaticContextPropagation();
  }

  private String seenBy(AsyncTaskExecutor executor) throws Exception {
    CompletableFuture<String> seen =
        callers.call(() -> CompletableFuture.supplyAsync(TRACE::get, executor));
    return seen.get(10, TimeUnit.SECONDS);
  }

  private static AsyncTaskExecutor executor(ApplicationContext context) {
    return context.getBean("applicationTaskExecutor", AsyncTaskExecutor.class);
  }

  private String seenByReactor() throws Exception {
    return callers.call(
        () ->
            Mono.just("")
                .publishOn(Schedulers.boundedElastic())
                .mapNotNull(x -> TRACE.get())
                .toFuture()
                .get(10, TimeUnit.SECONDS));
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAsync
  static class Asynchronous {
    @Bean
    Reports reports() {
      return new Reports();
    }
  }

  /** Works elsewhere. */
  static class Reports {
    @Async
    CompletableFuture<String> trace() {
      return CompletableFuture.completedFuture(TRACE.get());
    }
  }

  @Test
  void asynchronousMethodsSeeTheirCallersContext() {
    runner
        .withUserConfiguration(Asynchronous.class)
        .run(
            context -> {
              Reports reports = context.getBean(Reports.class);

              assertThat(callers.call(reports::trace).get(10, TimeUnit.SECONDS)).isEqualTo("4bf9");
              assertThat(reports.trace().get(10, TimeUnit.SECONDS)).isNull();
            });
  }

  @Test
  void aThreadKeepsNothingOfItsLastTask() {
    runner
        .withPropertyValues(
            "spring.task.execution.pool.core-size=1", "spring.task.execution.pool.max-size=1")
        .run(
            context -> {
              assertThat(seenBy(executor(context))).isEqualTo("4bf9");

              CompletableFuture<Context> next =
                  CompletableFuture.supplyAsync(Context::current, executor(context));
              assertThat(TRACE.get(next.get(10, TimeUnit.SECONDS))).isNull();
            });
  }

  @Test
  void theExecutorsBuiltForOneTaskEachCarryItToo() {
    runner.run(
        context -> {
          SimpleAsyncTaskExecutor built =
              context.getBean(SimpleAsyncTaskExecutorBuilder.class).build();
          assertThat(seenBy(built)).isEqualTo("4bf9");
        });
  }

  @Test
  void aDecoratorOfTheUsersWorksBesideOurs() {
    AtomicInteger decorated = new AtomicInteger();
    runner
        .withBean(
            TaskDecorator.class,
            () ->
                task -> {
                  decorated.incrementAndGet();
                  return task;
                })
        .run(
            context -> {
              assertThat(seenBy(executor(context))).isEqualTo("4bf9");
              assertThat(decorated).hasValue(1);
            });
  }

  @Test
  void executorsCanBeLeftAsTheyAre() {
    runner
        .withPropertyValues("platform.deadline.propagation.executors=false")
        .run(context -> assertThat(seenBy(executor(context))).isNull());
  }

  @Test
  void switchedOffDeadlinesTakeNothingAlong() {
    runner
        .withPropertyValues("platform.deadline.enabled=false")
        .run(
            context -> {
              assertThat(seenBy(executor(context))).isNull();
              assertThat(seenByReactor()).isNull();
            });
  }

  @Test
  void reactorsThreadsSeeTheSubscribersContext() {
    runner.run(context -> assertThat(seenByReactor()).isEqualTo("4bf9"));
  }

  @Test
  void reactorCanBeLeftAsItIs() {
    runner
        .withPropertyValues("platform.deadline.propagation.reactor=false")
        .run(context -> assertThat(seenByReactor()).isNull());
  }

  @Test
  void springBootsOwnWordOnReactorStands() {
    runner
        .withPropertyValues("spring.reactor.context-propagation=limited")
        .run(context -> assertThat(seenByReactor()).isNull());
  }

  @Test
  void withoutReactorOrTheLibraryTheStartSucceeds() {
    runner
        .withClassLoader(new FilteredClassLoader("reactor", "io.micrometer.context"))
        .run(context -> assertThat(seenBy(executor(context))).isNull());
  }

  @Test
  void theServiceLoaderFindsOurAccessor() {
    assertThat(ContextRegistry.getInstance().getThreadLocalAccessors())
        .anySatisfy(found -> assertThat(found.key()).isEqualTo(GrpcContextAccessor.KEY));
  }

  @Test
  void anExecutorOfMicrometersCarriesItToo() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    ExecutorService wrapped =
        ContextExecutorService.wrap(
            pool, () -> ContextSnapshotFactory.builder().build().captureAll());

    assertThat(callers.call(() -> wrapped.submit(() -> TRACE.get())).get(10, TimeUnit.SECONDS))
        .isEqualTo("4bf9");
    pool.shutdownNow();
  }
}

package io.grpcplatform.server;

import io.grpc.ServerInterceptor;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Component;

/**
 * A gRPC service, found by component scan. A service bean is served without it as well; with it, it
 * may name interceptors of its own.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@Component
public @interface GrpcService {

  /** The name of the bean; empty: derived from the class. */
  @AliasFor(annotation = Component.class, attribute = "value")
  String value() default "";

  /**
   * Interceptor beans, by type, that run for this service only: inside the global ones, the first
   * of them outermost. One that is global already runs once, where it stands globally.
   */
  Class<? extends ServerInterceptor>[] interceptors() default {};

  /**
   * Whether no handler of this service ever blocks: no lock that is held for long, no blocking
   * stub, no database. Its calls then run on the event loop, the user's interceptors included, and
   * save the way to another thread; one that does block stops every other call of that event loop.
   * An entry for the service under {@code platform.server.executor.methods} goes before it.
   */
  boolean nonBlocking() default false;
}

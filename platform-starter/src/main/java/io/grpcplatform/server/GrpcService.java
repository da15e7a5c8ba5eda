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
}

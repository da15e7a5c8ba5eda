package io.grpcplatform.error;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Component;

/**
 * A bean whose {@link GrpcExceptionHandler} methods say what exceptions of handlers are to clients.
 * Where two beans answer for the same type of exception, the first in {@code @Order} does.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Component
public @interface GrpcAdvice {

  /** The bean's name. */
  @AliasFor(annotation = Component.class)
  String value() default "";
}

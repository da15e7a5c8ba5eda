package io.grpcplatform.client;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.beans.factory.annotation.Qualifier;

/**
 * Puts a {@link io.grpc.ClientInterceptor} bean on every channel, outside the platform's own
 * stages; several run in the order of {@code @Order}, the lowest outermost. Goes on the bean's
 * class or on its {@code @Bean} method.
 */
@Documented
@Qualifier
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.PARAMETER, ElementType.FIELD})
public @interface GlobalClientInterceptor {}

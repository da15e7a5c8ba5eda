package io.grpcplatform.server;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a {@link io.grpc.ServerInterceptor} bean, on its type or on its {@code @Bean} method, that
 * runs for every service, in the APPLICATION stage, the lowest {@code @Order} outermost.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface GlobalServerInterceptor {}

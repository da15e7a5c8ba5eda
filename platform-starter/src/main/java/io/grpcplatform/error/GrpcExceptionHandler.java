package io.grpcplatform.error;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method of a {@link GrpcAdvice} that turns an exception of a handler into what the client sees.
 *
 * <p>It takes the exception, or nothing, and returns a {@link PlatformException}, a {@code
 * StatusException}, a {@code StatusRuntimeException}, an {@code io.grpc.Status} or a {@code
 * com.google.rpc.Status}; null is as if there were no such method. Of several that fit, the one for
 * the nearest superclass runs; an exception that none fits is looked at by its causes. It runs on
 * the thread that closes the call.
 *
 * <p>A method that fits nothing of this fails the start. One that throws is logged, and the client
 * is answered as for an exception that nobody handles.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface GrpcExceptionHandler {

  /** The types of exception; none for the type of the method's parameter. */
  Class<? extends Throwable>[] value() default {};
}

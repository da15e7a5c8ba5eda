package io.grpcplatform.client;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * Injects a generated stub (blocking, blocking V2, future or async), or the {@link
 * io.grpc.Channel}, of a named channel into a field, a constructor parameter or a {@code @Bean}
 * method's parameter.
 *
 * <p>The name must have a {@code platform.client.channels.<name>.target}, else the start fails. The
 * channel itself is made with the first call.
 */
@Documented
@Autowired
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.ANNOTATION_TYPE})
public @interface GrpcClient {

  /** The channel's name, as in {@code platform.client.channels.<name>}. */
  String value();
}

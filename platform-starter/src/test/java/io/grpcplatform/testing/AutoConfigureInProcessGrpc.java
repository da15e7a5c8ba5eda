package io.grpcplatform.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Serves the test's application inside the process and opens no socket; every channel whose target
 * is {@code in-process:} or unset leads there. Calls run the same pipeline on both sides as over
 * the network, retries included.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface AutoConfigureInProcessGrpc {}

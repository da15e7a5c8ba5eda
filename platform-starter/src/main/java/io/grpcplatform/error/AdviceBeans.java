package io.grpcplatform.error;

import io.grpcplatform.error.ExceptionHandlerResolver.Advice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;

/**
 * The application's {@link GrpcAdvice}, read once every bean is made and before the server starts:
 * advice may depend on what depends on channels.
 */
final class AdviceBeans implements SmartInitializingSingleton {

  private final ListableBeanFactory beans;
  private volatile ExceptionHandlerResolver resolver = ExceptionHandlerResolver.NONE;

  AdviceBeans(ListableBeanFactory beans) {
    this.beans = beans;
  }

  @Override
  public void afterSingletonsInstantiated() {
    List<Object> found = new ArrayList<>(beans.getBeansWithAnnotation(GrpcAdvice.class).values());
    AnnotationAwareOrderComparator.sort(found);
    resolver =
        ExceptionHandlerResolver.of(
            found.stream().map(bean -> new Advice(bean, AopUtils.getTargetClass(bean))).toList());
  }

  ExceptionHandlerResolver.@Nullable Answer answer(Throwable thrown) {
    return resolver.answer(thrown);
  }
}

package io.grpcplatform.client;

import io.grpc.Channel;
import io.grpcplatform.SettingException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinitionHolder;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.beans.factory.support.AutowireCandidateResolver;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;

/**
 * Answers the injection points that carry {@link GrpcClient}, and leaves all others to the resolver
 * it wraps. Runs on the thread that creates the bean.
 */
final class GrpcClientCandidateResolver implements AutowireCandidateResolver {

  private final AutowireCandidateResolver others;
  private final ObjectProvider<GrpcChannels> channels;

  GrpcClientCandidateResolver(
      AutowireCandidateResolver others, ObjectProvider<GrpcChannels> channels) {
    this.others = others;
    this.channels = channels;
  }

  @Override
  public @Nullable Object getSuggestedValue(DependencyDescriptor descriptor) {
    MergedAnnotation<GrpcClient> client =
        MergedAnnotations.from(descriptor.getAnnotations()).get(GrpcClient.class);
    return client.isPresent()
        ? inject(client.getString("value"), descriptor.getDependencyType())
        : others.getSuggestedValue(descriptor);
  }

  private Object inject(String name, Class<?> type) {
    GrpcChannels source = channels.getIfAvailable();
    if (source == null) {
      throw SettingException.of(
          "platform.client.enabled",
          false,
          "true, because a @GrpcClient(\"" + name + "\") is to be injected",
          "true");
    }
    return type == Channel.class ? source.channel(name) : source.stub(name, type);
  }

  @Override
  public boolean isAutowireCandidate(
      BeanDefinitionHolder candidate, DependencyDescriptor descriptor) {
    return others.isAutowireCandidate(candidate, descriptor);
  }

  @Override
  public boolean isRequired(DependencyDescriptor descriptor) {
    return others.isRequired(descriptor);
  }

  @Override
  public boolean hasQualifier(DependencyDescriptor descriptor) {
    return others.hasQualifier(descriptor);
  }

  @Override
  public @Nullable String getSuggestedName(DependencyDescriptor descriptor) {
    return others.getSuggestedName(descriptor);
  }

  @Override
  public @Nullable Object getLazyResolutionProxyIfNecessary(
      DependencyDescriptor descriptor, @Nullable String beanName) {
    return others.getLazyResolutionProxyIfNecessary(descriptor, beanName);
  }

  @Override
  public @Nullable Class<?> getLazyResolutionProxyClass(
      DependencyDescriptor descriptor, @Nullable String beanName) {
    return others.getLazyResolutionProxyClass(descriptor, beanName);
  }

  @Override
  public AutowireCandidateResolver cloneIfNecessary() {
    return new GrpcClientCandidateResolver(others.cloneIfNecessary(), channels);
  }
}

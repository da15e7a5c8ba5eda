package io.grpcplatform.live;

import io.grpcplatform.Live;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.bind.handler.IgnoreTopLevelConverterNotFoundBindHandler;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.env.ConfigurableEnvironment;

/** Makes a new snapshot of what an environment says, as Spring Boot made the first one. */
final class LiveBinding {

  private final ConversionService conversion;

  LiveBinding(ConversionService conversion) {
    this.conversion = conversion;
  }

  /** Where the settings of {@code live} lie. */
  static ConfigurationPropertyName prefixOf(Live<?> live) {
    return ConfigurationPropertyName.of(declared(live).prefix());
  }

  /** Whether {@code live} has that property and can follow a change of it. */
  static boolean changes(Live<?> live, ConfigurationPropertyName property) {
    ConfigurationPropertyName prefix = prefixOf(live);
    return prefix.isAncestorOf(property)
        && live.changes(property.getElement(prefix.getNumberOfElements(), Form.DASHED));
  }

  private static ConfigurationProperties declared(Live<?> live) {
    ConfigurationProperties declared = live.type().getAnnotation(ConfigurationProperties.class);
    if (declared == null) {
      throw new IllegalStateException(
          live.type().getName() + " has no @ConfigurationProperties that names its prefix");
    }
    return declared;
  }

  /** A snapshot of its own, never one that anybody else has. */
  <T> T bind(Live<T> live, ConfigurableEnvironment environment) {
    BindHandler handler = new IgnoreTopLevelConverterNotFoundBindHandler();
    if (!declared(live).ignoreUnknownFields()) {
      handler = new NoUnboundElementsBindHandler(handler, new UnboundElementsSourceFilter());
    }
    Binder binder =
        new Binder(
            ConfigurationPropertySources.get(environment),
            new PropertySourcesPlaceholdersResolver(environment),
            conversion);
    return binder.bindOrCreate(prefixOf(live), Bindable.of(live.type()), handler);
  }
}

package io.grpcplatform.live;

import io.grpcplatform.NearestName;
import io.grpcplatform.SettingException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.ClassUtils;

/**
 * Fails the start where a {@code platform.} property is set that nothing reads, and later refuses a
 * change that sets one. Runs before any bean is made, so that it comes before whatever the mistake
 * would break.
 */
final class SettingsCheck implements BeanFactoryPostProcessor {

  private final ConfigurableEnvironment environment;
  private KnownSettings known = new KnownSettings(List.of());
  private Set<ConfigurationPropertyName> own = Set.of();

  SettingsCheck(ConfigurableEnvironment environment) {
    this.environment = environment;
  }

  @Override
  public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
    ClassLoader loader = beans.getBeanClassLoader();
    known =
        KnownSettings.onClasspathOf(loader == null ? ClassUtils.getDefaultClassLoader() : loader);
    own = prefixesOfTheApplication(beans, known);
    check(environment);
  }

  /**
   * Looks at every platform property that is set in {@code candidate}.
   *
   * @throws SettingException for one that nothing reads
   */
  void check(ConfigurableEnvironment candidate) {
    for (SetSetting setting : SetSetting.in(candidate)) {
      MethodKey.of(setting);
      ConfigurationPropertyName name = ConfigurationPropertyName.adapt(setting.name(), '.');
      if (!known.knows(name) && own.stream().noneMatch(prefix -> prefix.isAncestorOf(name))) {
        throw setting.unknown(NearestName.of(name.toString(), known.like(name)));
      }
    }
  }

  /** Somebody else may have properties under {@code platform.} too, with no metadata of them. */
  private static Set<ConfigurationPropertyName> prefixesOfTheApplication(
      ConfigurableListableBeanFactory beans, KnownSettings known) {
    Set<ConfigurationPropertyName> prefixes = new HashSet<>();
    for (String bean : beans.getBeanDefinitionNames()) {
      // No factory bean may be made this early.
      ConfigurationProperties bound =
          beans.findAnnotationOnBean(bean, ConfigurationProperties.class, false);
      if (bound != null && bound.prefix().startsWith(KnownSettings.ROOT)) {
        prefixes.add(ConfigurationPropertyName.of(bound.prefix()));
      }
    }
    prefixes.removeIf(known::knowsUnder);
    return prefixes;
  }
}

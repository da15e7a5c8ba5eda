package io.grpcplatform.live;

import io.grpcplatform.NearestName;
import io.grpcplatform.SettingException;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.util.ClassUtils;
import org.springframework.util.unit.DataSize;

/**
 * Says of a {@code platform.} property that Spring's binder refuses what {@link
 * SettingFailureAnalyzer} says of any other: an unknown name inside a map, a value of the wrong
 * type.
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
final class BindingFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

  @Override
  protected @Nullable FailureAnalysis analyze(Throwable failure, BindException refused) {
    if (!refused.getName().toString().startsWith(KnownSettings.ROOT)) {
      return null;
    }
    SettingException wrong = explain(refused);
    return wrong == null ? null : SettingFailureAnalyzer.analysis(wrong, failure);
  }

  /** What is wrong with a setting that the binder refuses; null where nobody can say. */
  @Nullable SettingException explain(BindException refused) {
    UnboundConfigurationPropertiesException unbound =
        findCause(refused, UnboundConfigurationPropertiesException.class);
    return unbound == null ? ofType(refused) : ofName(refused, unbound);
  }

  private static SettingException ofName(
      BindException refused, UnboundConfigurationPropertiesException unbound) {
    ConfigurationProperty first = unbound.getUnboundProperties().iterator().next();
    SetSetting seen = new SetSetting(first.getName().toString(), first.getValue());
    return seen.unknown(NearestName.of(seen.name(), candidates(refused, first.getName())));
  }

  /** What could have been bound, with the map keys of the name that could not. */
  private static List<String> candidates(BindException refused, ConfigurationPropertyName unbound) {
    List<String> names = new ArrayList<>();
    for (List<String> leaf : RecordNames.leaves(List.of(), refused.getTarget().getType())) {
      ConfigurationPropertyName name = refused.getName();
      for (String element : leaf) {
        name = name.append(element.equals(RecordNames.ANY) ? keyAfter(name, unbound) : element);
      }
      names.add(name.toString());
    }
    return names;
  }

  private static String keyAfter(ConfigurationPropertyName name, ConfigurationPropertyName like) {
    int index = name.getNumberOfElements();
    String key =
        index < like.getNumberOfElements() ? like.getElement(index, Form.ORIGINAL) : "name";
    return ConfigurationPropertyName.isValid(key) ? key : "[" + key + "]";
  }

  private static @Nullable SettingException ofType(BindException refused) {
    BindException inner = innermost(refused);
    ConfigurationProperty property = inner.getProperty();
    if (property == null) {
      return null;
    }
    InvocationTargetException setter = setterOf(inner);
    if (setter != null) {
      return ofValue(property, setter.getTargetException());
    }
    Class<?> type = ClassUtils.resolvePrimitiveIfNecessary(inner.getTarget().getType().toClass());
    SetSetting seen = new SetSetting(inner.getName().toString(), property.getValue());
    String fallback =
        KnownSettings.onClasspathOf(BindingFailureAnalyzer.class.getClassLoader())
            .defaultOf(inner.getName());
    String works = fallback == null ? example(type) : fallback;
    return works == null
        ? null
        : SettingException.of(seen.name(), seen.shown(), expected(type), works);
  }

  /** A value of the right type that the setter of another library does not take. */
  private static SettingException ofValue(ConfigurationProperty property, Throwable refused) {
    SetSetting seen = new SetSetting(property.getName().toString(), property.getValue());
    String reason = String.valueOf(refused.getMessage()).replaceFirst("\\.$", "");
    return new SettingException(
        seen.name(),
        seen.shown(),
        "another value: " + reason,
        "# correct or remove it: " + seen.name());
  }

  private static BindException innermost(BindException outer) {
    BindException inner = outer;
    for (Throwable cause = outer.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException deeper) {
        inner = deeper;
      }
    }
    return inner;
  }

  private static @Nullable InvocationTargetException setterOf(BindException refused) {
    for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
      if (cause instanceof InvocationTargetException setter) {
        return setter;
      }
    }
    return null;
  }

  private static String expected(Class<?> type) {
    if (type == Duration.class) {
      return "a duration with its unit; 0s means off";
    }
    if (type == DataSize.class) {
      return "a size with its unit";
    }
    if (Number.class.isAssignableFrom(type)) {
      return "a number";
    }
    return type.isEnum()
        ? "one of " + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT)
        : "a " + type.getSimpleName();
  }

  private static @Nullable String example(Class<?> type) {
    if (type == Duration.class) {
      return "5s";
    }
    if (type == DataSize.class) {
      return "4MB";
    }
    if (type == Boolean.class) {
      return "true";
    }
    if (Number.class.isAssignableFrom(type)) {
      return "1";
    }
    return type.isEnum()
        ? String.valueOf(type.getEnumConstants()[0]).toLowerCase(Locale.ROOT)
        : null;
  }
}

package io.grpcplatform.validation;

import io.grpcplatform.CallKey;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.EffectiveSetting.Origin;
import io.grpcplatform.MethodSettings;
import io.grpcplatform.SettingException;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of {@code platform.validation}.
 *
 * @param enabled Whether requests are checked against the rules of their contracts, where
 *     protovalidate is on the classpath.
 * @param maxViolations How many broken rules a caller is told of at most, 1 to 100. With 1 a check
 *     stops at the first.
 * @param methods Whether the requests of a method, "[pkg.Service/Method]", or of a service's other
 *     methods, "[pkg.Service/*]", are checked.
 */
@ConfigurationProperties(prefix = "platform.validation", ignoreUnknownFields = false)
record ValidationProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("10") int maxViolations,
    @DefaultValue Map<String, Boolean> methods) {

  private static final String PREFIX = "platform.validation.";
  private static final int MOST = 100;

  ValidationProperties {
    if (maxViolations < 1 || maxViolations > MOST) {
      throw SettingException.of(PREFIX + "max-violations", maxViolations, "1 to " + MOST, "10");
    }
    MethodSettings.check(PREFIX + "methods", methods.keySet(), "", "false");
    methods = Map.copyOf(methods);
  }

  /** Whether the requests of a method are checked: its own word, else its service's, else yes. */
  boolean checks(CallKey key) {
    return (boolean) check(key).value();
  }

  /** The same with who says so. */
  EffectiveSetting check(CallKey key) {
    if (!enabled) {
      return said(false, Origin.INHERITED, PREFIX + "enabled");
    }
    Boolean own = methods.get(key.fullMethodName());
    if (own != null) {
      return said(own, Origin.PROPERTY, property(key));
    }
    String service = key.service() + "/*";
    Boolean services = methods.get(service);
    return services == null
        ? EffectiveSetting.byDefault("checked", true)
        : said(services, Origin.INHERITED, MethodSettings.property(PREFIX + "methods", service));
  }

  private static EffectiveSetting said(boolean checked, Origin origin, String property) {
    return EffectiveSetting.byProperty("checked", checked, origin, property);
  }

  /** The property that takes a method out. */
  static String property(CallKey key) {
    return PREFIX + "methods[" + key.fullMethodName() + "]";
  }
}

package io.grpcplatform.server;

import io.grpc.MethodDescriptor;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.EffectiveSetting.Origin;
import io.grpcplatform.SettingException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;

/**
 * Which streaming methods send their headers early: the method's own word, else its service's, else
 * the default.
 */
record EarlyHeaderRule(boolean standard, Map<String, Boolean> methods) {

  private static final String METHODS = ServerProperties.PREFIX + ".early-headers.methods";

  boolean early(MethodDescriptor<?, ?> method) {
    return (boolean) setting(method).value();
  }

  /** The same with who says so. */
  EffectiveSetting setting(MethodDescriptor<?, ?> method) {
    Boolean own = methods.get(method.getFullMethodName());
    if (own != null) {
      return said(own, Origin.PROPERTY, METHODS + "[" + method.getFullMethodName() + "]");
    }
    String service = method.getServiceName() + "/*";
    Boolean services = methods.get(service);
    return services == null
        ? said(standard, Origin.INHERITED, ServerProperties.PREFIX + ".early-headers.enabled")
        : said(services, Origin.INHERITED, METHODS + "[" + service + "]");
  }

  private static EffectiveSetting said(boolean early, Origin origin, String property) {
    return EffectiveSetting.byProperty("early-headers", early, origin, property);
  }

  /** Fails on a key that names no method served here: its setting would silently do nothing. */
  void check(Collection<? extends MethodDescriptor<?, ?>> served) {
    TreeSet<String> known = new TreeSet<>();
    for (MethodDescriptor<?, ?> method : served) {
      known.add(method.getFullMethodName());
      known.add(method.getServiceName() + "/*");
    }
    for (Map.Entry<String, Boolean> entry : methods.entrySet()) {
      if (!known.contains(entry.getKey())) {
        String example = known.isEmpty() ? "pkg.Service/*" : known.first();
        throw new SettingException(
            METHODS + "[" + entry.getKey() + "]",
            entry.getValue(),
            "a method that is served here, in quotes and brackets; there are "
                + String.join(", ", known),
            SettingException.of(
                    METHODS + "[" + example + "]", null, "", String.valueOf(entry.getValue()))
                .yaml());
      }
    }
  }
}

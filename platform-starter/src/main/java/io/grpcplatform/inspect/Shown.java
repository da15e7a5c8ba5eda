package io.grpcplatform.inspect;

import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.EffectiveSetting.Origin;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Content as it is shown: maps, lists, texts, numbers and booleans only, of bounded length, without
 * secrets, and settings with the place that decides.
 *
 * @param places where properties are set at this moment
 */
record Shown(Place.Finder places) {

  static final int MOST_OF_A_LIST = 100;
  static final int MOST_OF_A_MAP = 500;

  private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);

  /** What is shown of a value; null for null. */
  @Nullable Object of(@Nullable Object value) {
    if (value == null || value instanceof Boolean) {
      return value;
    }
    if (value instanceof Map<?, ?> map) {
      return map(map);
    }
    if (value instanceof Collection<?> list) {
      return list(list);
    }
    if (value instanceof EffectiveSetting setting) {
      return setting(setting);
    }
    if (value instanceof Number number) {
      return Double.isFinite(number.doubleValue()) ? number : "unknown";
    }
    if (value instanceof Duration duration) {
      return text(duration);
    }
    if (value instanceof InetSocketAddress address) {
      return text(address);
    }
    return value instanceof Enum<?> word
        ? word.name().toLowerCase(Locale.ROOT).replace('_', '-')
        : Masked.text(value.toString());
  }

  private Map<String, Object> map(Map<?, ?> map) {
    Map<String, Object> shown = new LinkedHashMap<>();
    map.forEach(
        (key, value) -> {
          String name = String.valueOf(key);
          Object one = value instanceof String && Masked.secret(name) ? Masked.STARS : of(value);
          if (shown.size() < MOST_OF_A_MAP && one != null) {
            shown.put(name, one);
          }
        });
    if (map.size() > MOST_OF_A_MAP) {
      shown.put("and-more", map.size() - MOST_OF_A_MAP);
    }
    return shown;
  }

  private List<Object> list(Collection<?> list) {
    List<Object> shown = new ArrayList<>();
    for (Object each : list) {
      Object one = shown.size() < MOST_OF_A_LIST ? of(each) : null;
      if (one != null) {
        shown.add(one);
      }
    }
    if (list.size() > MOST_OF_A_LIST) {
      shown.add("and " + (list.size() - MOST_OF_A_LIST) + " more");
    }
    return shown;
  }

  /**
   * A setting with where it comes from; what nobody has set is the default, whoever would decide.
   */
  private Map<String, Object> setting(EffectiveSetting setting) {
    String property = setting.property();
    Place place = property == null ? null : places.find(property, setting.value());
    Origin origin = setting.origin();
    boolean said = origin == Origin.INHERITED || origin == Origin.PROPERTY;
    boolean secret = property != null && Masked.secret(property);
    Map<String, Object> shown = new LinkedHashMap<>();
    Object value = of(place == null ? setting.value() : place.value());
    shown.put("value", secret || value == null ? Masked.STARS : value);
    shown.put(
        "origin",
        (said && place == null ? Origin.DEFAULT : origin).name().toLowerCase(Locale.ROOT));
    if (property != null) {
      shown.put("property", property);
    }
    if (place != null) {
      shown.put("place", Masked.text(place.text()));
    }
    return shown;
  }

  /** Never by a look-up of the name. */
  private static String text(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    String host = address.getHostString();
    String known = ip == null || ip.getHostAddress().equals(host) ? "" : "/" + ip.getHostAddress();
    return host + known + ":" + address.getPort();
  }

  /** {@code 1.25s}, {@code 50ms} or {@code 812us}. */
  static String text(Duration duration) {
    BigDecimal micros = BigDecimal.valueOf(duration.toNanos()).divide(THOUSAND);
    if (micros.signum() == 0) {
      return "0s";
    }
    if (micros.compareTo(THOUSAND) < 0) {
      return number(micros) + "us";
    }
    BigDecimal millis = micros.divide(THOUSAND);
    return millis.compareTo(THOUSAND) < 0
        ? number(millis) + "ms"
        : number(millis.divide(THOUSAND)) + "s";
  }

  private static String number(BigDecimal number) {
    return number.setScale(3, RoundingMode.HALF_UP).stripTrailingZeros().toPlainString();
  }
}

package io.grpcplatform.live;

import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.core.ResolvableType;

/** The names of what a settings record binds, entries of its maps included. */
final class RecordNames {

  /** Stands for the key of a map. */
  static final String ANY = "*";

  private RecordNames() {}

  /** Every leaf below {@code prefix}, each as a list of elements. */
  static List<List<String>> leaves(List<String> prefix, ResolvableType type) {
    List<List<String>> leaves = new ArrayList<>();
    Class<?> raw = type.toClass();
    if (raw.isRecord()) {
      for (Parameter bound : raw.getDeclaredConstructors()[0].getParameters()) {
        leaves.addAll(
            leaves(
                append(prefix, nameOf(bound)),
                ResolvableType.forType(bound.getParameterizedType())));
      }
    } else if (Map.class.isAssignableFrom(raw)) {
      leaves.addAll(leaves(append(prefix, ANY), type.asMap().getGeneric(1)));
    } else {
      leaves.add(prefix);
    }
    return leaves;
  }

  private static String nameOf(Parameter bound) {
    Name other = bound.getAnnotation(Name.class);
    return other == null ? DataObjectPropertyName.toDashedForm(bound.getName()) : other.value();
  }

  private static List<String> append(List<String> prefix, String name) {
    List<String> longer = new ArrayList<>(prefix);
    longer.add(name);
    return longer;
  }
}

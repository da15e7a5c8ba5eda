package io.grpcplatform.house;

import java.util.List;

/** The auto-configurations of the starter, as Spring Boot finds them. */
final class AutoConfigured {

  private static final String IMPORTS =
      "src/main/resources/META-INF/spring"
          + "/org.springframework.boot.autoconfigure.AutoConfiguration.imports";

  private AutoConfigured() {}

  static List<String> names() {
    return House.read(House.STARTER.resolve(IMPORTS))
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  static Class<?>[] types() {
    return names().stream().map(AutoConfigured::load).toArray(Class<?>[]::new);
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException missing) {
      throw new IllegalStateException("Registered but not there: " + name, missing);
    }
  }
}

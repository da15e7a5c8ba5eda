package io.grpcplatform;

import java.util.List;

/**
 * Looks for settings that can be used, but will hurt. A bean of this type is asked once, when every
 * bean has been made and before the server takes calls; what it finds is logged and shown at {@code
 * /actuator/grpc}, and stops nothing.
 */
public interface StartupCheck {

  /** What was found; empty where all is well. */
  List<Finding> findings();

  /**
   * One thing that will hurt.
   *
   * @param property the property to change, in full
   * @param problem what happens as it is, with the values that were seen, in one sentence
   * @param yaml the YAML that corrects it, to paste
   */
  record Finding(String property, String problem, String yaml) {

    /** A finding whose YAML is made from the property's own name. */
    public static Finding of(String property, String problem, String works) {
      return new Finding(property, problem, SettingYaml.of(property, works));
    }
  }
}

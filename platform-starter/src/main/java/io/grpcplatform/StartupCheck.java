package io.grpcplatform;

import java.util.List;

/**
 * Looks for settings that can be used, but will hurt. A bean of this type is asked when every bean
 * has been made and before the server takes calls, and again after each change of settings; what it
 * finds is logged once and shown at {@code /actuator/grpc}.
 */
public interface StartupCheck {

  /** What was found, by the settings of this moment; empty where all is well. */
  List<Finding> findings();

  /**
   * One thing that will hurt.
   *
   * @param rule the name by which {@code platform.startup.ignore} accepts all findings of this kind
   * @param property the property to change, in full
   * @param problem what happens as it is, with the values that were seen, in one sentence
   * @param yaml the YAML that corrects it, to paste
   */
  record Finding(String rule, String property, String problem, String yaml) {

    /** A finding whose YAML is made from the property's own name. */
    public static Finding of(String rule, String property, String problem, String works) {
      return new Finding(rule, property, problem, SettingYaml.of(property, works));
    }

    /** A finding about a property that should have another name. */
    public static Finding instead(
        String rule, String property, String problem, String better, String works) {
      return new Finding(
          rule,
          property,
          problem,
          "# instead of " + property + "\n" + SettingYaml.of(better, works));
    }

    /** A finding about a property that nothing uses. */
    public static Finding remove(String rule, String property, String problem) {
      return new Finding(rule, property, problem, "# nothing uses it: remove " + property);
    }

    /** The same finding where a second property has to be set too, of another root. */
    public Finding with(String other, String works) {
      return new Finding(rule, property, problem, yaml + "\n" + SettingYaml.of(other, works));
    }
  }
}

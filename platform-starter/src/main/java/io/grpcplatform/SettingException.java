package io.grpcplatform;

import org.jspecify.annotations.Nullable;

/**
 * A setting that cannot be used: names the property, what was seen, what was expected and what
 * would work.
 */
public final class SettingException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final String property;
  private final String yaml;

  /**
   * A wrong setting.
   *
   * @param seen the value found; null if there was none
   * @param expected what would be right, in words
   * @param yaml the YAML that would work, to paste
   */
  public SettingException(String property, @Nullable Object seen, String expected, String yaml) {
    super(
        leaf(property)
            + ": "
            + (seen == null ? "not set" : seen)
            + " (expected: "
            + expected
            + ", "
            + property
            + ")");
    this.property = property;
    this.yaml = yaml;
  }

  /**
   * A wrong setting, with the YAML made from the property's own name.
   *
   * @param works a value that would work
   */
  public static SettingException of(
      String property, @Nullable Object seen, String expected, String works) {
    return instead(property, seen, expected, property, works);
  }

  /**
   * A setting that should have another name, with the YAML made from that name.
   *
   * @param better the property to set instead
   * @param works a value that would work there
   */
  public static SettingException instead(
      String property, @Nullable Object seen, String expected, String better, String works) {
    return new SettingException(property, seen, expected, SettingYaml.of(better, works));
  }

  private static String leaf(String property) {
    int bracket = property.indexOf('[');
    return property.substring(
        property.lastIndexOf('.', bracket < 0 ? property.length() : bracket) + 1);
  }

  /** The full name of the property. */
  public String property() {
    return property;
  }

  /** The YAML that would work. */
  public String yaml() {
    return yaml;
  }
}

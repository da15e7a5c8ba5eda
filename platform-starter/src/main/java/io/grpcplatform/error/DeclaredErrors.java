package io.grpcplatform.error;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.ProtocolMessageEnum;
import io.grpc.Status;
import io.grpcplatform.v1.DeclaredError;
import io.grpcplatform.v1.ErrorProto;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The errors that contracts declare, read from the enum values' option {@code (platform.v1.error)}
 * once each.
 */
final class DeclaredErrors {

  private static final Pattern CODE = Pattern.compile("[A-Z][A-Z0-9_]*_[0-9]{3,}");
  private static final Pattern PLACE = Pattern.compile("\\{([A-Za-z0-9_.-]+)}");
  private static final Map<EnumValueDescriptor, Declared> READ = new ConcurrentHashMap<>();

  private DeclaredErrors() {}

  /**
   * One declared error.
   *
   * @param domain the package of the enum; empty where its file names none
   * @param code names the error within its domain
   * @param status what it is to gRPC
   * @param text what a person reads, with {@code {name}} for values
   */
  record Declared(String domain, String code, Status.Code status, String text) {

    /**
     * The text with each value in its place, cut where it gets too long to travel; a place without
     * a value, and any other bracket, stays as it is.
     */
    String text(Map<String, String> values) {
      return filled(text, values);
    }
  }

  /** A text with its values in place. */
  static String filled(String text, Map<String, String> values) {
    Matcher place = PLACE.matcher(text);
    StringBuilder filled = new StringBuilder();
    while (place.find()) {
      String value = values.getOrDefault(place.group(1), place.group());
      place.appendReplacement(filled, Matcher.quoteReplacement(value));
    }
    return ShortText.of(place.appendTail(filled).toString(), ShortText.DESCRIPTION);
  }

  /**
   * What an enum value declares.
   *
   * @throws IllegalArgumentException if it declares no error, or one whose code has the wrong form
   */
  static Declared of(ProtocolMessageEnum error) {
    return READ.computeIfAbsent(error.getValueDescriptor(), DeclaredErrors::read);
  }

  private static Declared read(EnumValueDescriptor value) {
    if (!value.getOptions().hasExtension(ErrorProto.error)) {
      throw new IllegalArgumentException(
          value.getFullName()
              + ": no error (expected: the option (platform.v1.error) on this enum value)");
    }
    DeclaredError error = value.getOptions().getExtension(ErrorProto.error);
    if (!CODE.matcher(error.getCode()).matches()) {
      throw new IllegalArgumentException(
          "code of "
              + value.getFullName()
              + ": \""
              + error.getCode()
              + "\" (expected: capital letters, an underscore and three digits or more, such as"
              + " SHOP_001)");
    }
    if (value.getFile().getPackage().equals(PlatformException.PLATFORM)) {
      throw new IllegalArgumentException(
          value.getFullName()
              + ": in the package \""
              + PlatformException.PLATFORM
              + "\" (expected: a package of its own; that is the domain of the platform's refusals)");
    }
    int number = error.getStatus().getNumber();
    return new Declared(
        value.getFile().getPackage(),
        error.getCode(),
        number == 0 ? Status.Code.UNKNOWN : Status.fromCodeValue(number).getCode(),
        error.getText().isEmpty() ? value.getName() : error.getText());
  }
}

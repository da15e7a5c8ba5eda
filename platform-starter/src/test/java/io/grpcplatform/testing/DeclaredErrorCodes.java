package io.grpcplatform.testing;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.grpcplatform.v1.ErrorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds codes that two errors of a contract share: clients could not tell them apart.
 *
 * <pre>{@code
 * DeclaredErrorCodes.assertDistinct(Order.getDescriptor().getFile());
 * }</pre>
 */
public final class DeclaredErrorCodes {

  private DeclaredErrorCodes() {}

  /**
   * Looks at every enum value with the option {@code (platform.v1.error)} in these files and in
   * what they import.
   *
   * @return how many errors there are
   * @throws AssertionError if two have one code within one package; it names all of them
   */
  public static int assertDistinct(FileDescriptor... contracts) {
    Map<String, List<String>> values = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (FileDescriptor contract : contracts) {
      collect(contract, seen, values);
    }
    List<String> shared = new ArrayList<>();
    values.forEach(
        (code, names) -> {
          if (names.size() > 1) {
            shared.add(code + " stands for " + String.join(" and ", names));
          }
        });
    if (!shared.isEmpty()) {
      shared.sort(null);
      throw new AssertionError(
          String.join("; ", shared) + " (expected: a code of its own for each)");
    }
    return values.size();
  }

  private static void collect(
      FileDescriptor file, Set<String> seen, Map<String, List<String>> values) {
    if (!seen.add(file.getFullName())) {
      return;
    }
    file.getDependencies().forEach(imported -> collect(imported, seen, values));
    file.getEnumTypes().forEach(type -> collect(type, values));
    file.getMessageTypes().forEach(message -> collect(message, values));
  }

  private static void collect(Descriptor message, Map<String, List<String>> values) {
    message.getEnumTypes().forEach(type -> collect(type, values));
    message.getNestedTypes().forEach(nested -> collect(nested, values));
  }

  private static void collect(EnumDescriptor type, Map<String, List<String>> values) {
    for (EnumValueDescriptor value : type.getValues()) {
      if (value.getOptions().hasExtension(ErrorProto.error)) {
        String code = value.getOptions().getExtension(ErrorProto.error).getCode();
        values
            .computeIfAbsent(type.getFile().getPackage() + " " + code, absent -> new ArrayList<>())
            .add(value.getFullName());
      }
    }
  }
}

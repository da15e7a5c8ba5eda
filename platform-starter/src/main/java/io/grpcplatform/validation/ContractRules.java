package io.grpcplatform.validation;

import build.buf.validate.ValidateProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.GeneratedMessage.ExtendableMessage;
import com.google.protobuf.GeneratedMessage.GeneratedExtension;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/** Which message types carry rules, read from their descriptors. */
final class ContractRules {

  private ContractRules() {}

  /** Whether a message of that type can break any rule, of its own or of a message within it. */
  static boolean in(Descriptor type) {
    return within(type).stream().anyMatch(ContractRules::ownedBy);
  }

  /** A type and all that its messages may contain, what is contained first. */
  static Collection<Descriptor> within(Descriptor type) {
    Set<Descriptor> seen = new LinkedHashSet<>();
    Set<Descriptor> ordered = new LinkedHashSet<>();
    collect(type, seen, ordered);
    return ordered;
  }

  private static void collect(Descriptor type, Set<Descriptor> seen, Set<Descriptor> ordered) {
    if (!seen.add(type)) {
      return;
    }
    for (FieldDescriptor field : type.getFields()) {
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        collect(field.getMessageType(), seen, ordered);
      }
    }
    ordered.add(type);
  }

  private static boolean ownedBy(Descriptor type) {
    return carries(type.getOptions(), ValidateProto.message)
        || type.getFields().stream()
            .anyMatch(field -> carries(field.getOptions(), ValidateProto.field))
        || type.getOneofs().stream()
            .anyMatch(oneof -> carries(oneof.getOptions(), ValidateProto.oneof));
  }

  private static <O extends ExtendableMessage<O>> boolean carries(
      O options, GeneratedExtension<O, ?> rules) {
    // Options that were parsed before anybody knew the extension hold it as an unknown field.
    return options.hasExtension(rules) || options.getUnknownFields().hasField(rules.getNumber());
  }
}

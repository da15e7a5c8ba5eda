package io.grpcplatform.validation;

import build.buf.protovalidate.exceptions.CompilationException;
import com.google.protobuf.Descriptors.Descriptor;

/** A rule of a contract does not compile. */
final class RuleException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String type;

  RuleException(Descriptor type, CompilationException cause) {
    super(cause.getMessage(), cause);
    this.type = type.getFullName();
  }

  /** The message whose rule it is. */
  String type() {
    return type;
  }
}

package io.grpcplatform.validation;

import build.buf.protovalidate.Config;
import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.CompilationException;
import build.buf.protovalidate.exceptions.ValidationException;
import build.buf.validate.Violation;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The compiled rules of all request types.
 *
 * <p>Threading: safe; a lock is taken only where rules are compiled.
 */
final class RequestRules {

  /**
   * The largest request of which every broken rule is looked for. Each costs some hundred bytes to
   * note, so a few megabytes of tiny bad entries would be turned into a gigabyte.
   */
  static final int WHOLE_LIST_BYTES = 16 * 1024;

  private final Validator first;
  private final Validator all;
  private final Set<Descriptor> compiled = ConcurrentHashMap.newKeySet();

  /**
   * Rules.
   *
   * @param first finds one broken rule
   * @param all finds every broken rule
   */
  RequestRules(Validator first, Validator all) {
    this.first = first;
    this.all = all;
  }

  /** The rules as protovalidate defines them. */
  static RequestRules standard() {
    return new RequestRules(validator(true), validator(false));
  }

  private static Validator validator(boolean failFast) {
    return ValidatorFactory.newBuilder()
        .withConfig(Config.newBuilder().setFailFast(failFast).build())
        .build();
  }

  /**
   * Compiles the rules of a type, so that its first request need not.
   *
   * @throws RuleException if one of them cannot be
   */
  void compile(Descriptor type) throws RuleException {
    if (!compiled.contains(type)) {
      try {
        compile(first, type);
        compile(all, type);
      } catch (CompilationException failed) {
        throw new RuleException(culprit(type), failed);
      }
      compiled.add(type);
    }
  }

  private static void compile(Validator validator, Descriptor type) throws CompilationException {
    try {
      ValidationResult ignored = validator.validate(DynamicMessage.getDefaultInstance(type));
    } catch (CompilationException failed) {
      throw failed;
    } catch (ValidationException unanswered) {
      // Rules that compile and cannot answer for a message without fields are the request's matter.
    }
  }

  /** The innermost type that does not compile: the message that failed is only the outermost. */
  private Descriptor culprit(Descriptor type) {
    for (Descriptor inner : ContractRules.within(type)) {
      try {
        compile(first, inner);
      } catch (CompilationException failed) {
        return inner;
      }
    }
    return type;
  }

  /**
   * The rules that a request breaks; empty if none. Unless it is large they are all there, where
   * more than one is wanted.
   *
   * @throws ValidationException if the rules cannot answer
   */
  List<Violation> broken(Message request, int wanted) throws ValidationException {
    ValidationResult found = first.validate(request);
    if (found.isSuccess()) {
      return List.of();
    }
    if (wanted > 1 && request.getSerializedSize() <= WHOLE_LIST_BYTES) {
      found = all.validate(request);
    }
    return found.toProto().getViolationsList();
  }
}

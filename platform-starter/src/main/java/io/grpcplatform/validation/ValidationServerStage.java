package io.grpcplatform.validation;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpcplatform.CallKey;
import io.grpcplatform.Live;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.SettingException;
import io.grpcplatform.StagePlan;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks the requests of methods whose contract has rules. The rules are compiled where the plan is
 * made, which is when a service is bound; requests are checked on the thread of their call.
 */
final class ValidationServerStage implements ServerFeature {

  private final Live<ValidationProperties> settings;
  private final Supplier<RequestRules> maker;
  private final Map<CallKey, Descriptor> ruled = new ConcurrentHashMap<>();
  private @Nullable RequestRules made;

  /**
   * A stage.
   *
   * @param rules makes them, once and only if any method has rules: it takes a second to load them
   */
  ValidationServerStage(Live<ValidationProperties> settings, Supplier<RequestRules> rules) {
    this.settings = settings.check(this::compileAll);
    this.maker = rules;
  }

  private synchronized RequestRules rules() {
    RequestRules rules = made;
    if (rules == null) {
      rules = maker.get();
      made = rules;
    }
    return rules;
  }

  @Override
  public ServerStage stage() {
    return ServerStage.VALIDATION;
  }

  /**
   * Compiles the method's rules.
   *
   * @throws SettingException if one of them does not compile
   */
  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    Descriptor request = ruled.get(key);
    if (request == null) {
      request = ruled(method);
      if (request == null) {
        return null;
      }
      ruled.put(key, request);
    }
    ValidationProperties now = settings.get();
    if (!now.checks(key)) {
      return null;
    }
    compile(key, request);
    return new ValidatedMethod(
        key.fullMethodName(),
        method.getType(),
        request.getFullName(),
        rules(),
        now.maxViolations());
  }

  /** Whether a served method's requests have rules. */
  boolean hasRules(CallKey key) {
    return ruled.containsKey(key);
  }

  /** The type of the requests, if it has rules that can be asked about them. */
  private static @Nullable Descriptor ruled(MethodDescriptor<?, ?> method) {
    if (method.getRequestMarshaller() instanceof PrototypeMarshaller<?> marshaller
        && marshaller.getMessagePrototype() instanceof Message prototype
        && ContractRules.in(prototype.getDescriptorForType())) {
      return prototype.getDescriptorForType();
    }
    return null;
  }

  /** Before a change: rules that were off until now may not compile. */
  private void compileAll(ValidationProperties next) {
    ruled.forEach(
        (key, request) -> {
          if (next.checks(key)) {
            compile(key, request);
          }
        });
  }

  private void compile(CallKey key, Descriptor request) {
    try {
      rules().compile(request);
    } catch (RuleException wrong) {
      SettingException told =
          SettingException.instead(
              "rules of [" + wrong.type() + "]",
              wrong.getMessage(),
              "rules that compile, or no check of " + key.fullMethodName(),
              ValidationProperties.property(key),
              "false");
      told.initCause(wrong);
      throw told;
    }
  }
}

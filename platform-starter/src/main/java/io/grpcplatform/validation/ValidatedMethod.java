package io.grpcplatform.validation;

import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallStart;
import io.grpcplatform.StagePlan;

/**
 * What the checked calls of one method have in common.
 *
 * @param name the method's full name
 * @param request the full name of the type of its requests
 */
record ValidatedMethod(
    String name, MethodType type, String request, RequestRules rules, int maxViolations)
    implements StagePlan {

  @Override
  public CallHook begin(CallStart call) {
    return new ValidatedCall(this, call.control());
  }
}

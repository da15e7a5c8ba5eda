package io.grpcplatform.validation;

import build.buf.protovalidate.exceptions.ValidationException;
import build.buf.validate.Violation;
import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpcplatform.CallControl;
import io.grpcplatform.CallHook;
import io.grpcplatform.Outcome;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server call whose requests are checked, each on the thread that is about to hand it to the
 * handler.
 */
final class ValidatedCall implements CallHook {

  private static final Logger log = LoggerFactory.getLogger(ValidatedCall.class);

  private final ValidatedMethod method;
  private final CallControl control;
  private int messages;

  ValidatedCall(ValidatedMethod method, CallControl control) {
    this.method = method;
    this.control = control;
  }

  @Override
  public void received(Object message) {
    messages++;
    try {
      List<Violation> broken = method.rules().broken((Message) message, method.maxViolations());
      if (!broken.isEmpty()) {
        Fault fault = Fault.of(what(), broken, method.maxViolations());
        control.end(fault.status(), fault.trailers());
      }
    } catch (ValidationException | RuntimeException failed) {
      unanswered(failed);
    }
  }

  private String what() {
    boolean one = method.type() == MethodType.UNARY || method.type() == MethodType.SERVER_STREAMING;
    return one ? "The request" : "Message " + messages + " of the stream";
  }

  /** A request that nobody can judge must not get through. */
  private void unanswered(Exception failed) {
    log.warn(
        "The rules of {} cannot answer for a request of {}, it ends as INTERNAL: {}",
        method.request(),
        method.name(),
        failed.getClass().getName());
    log.debug("Why they cannot, which may quote the request", failed);
    control.end(
        Status.INTERNAL.withDescription("The rules of " + method.request() + " cannot answer"),
        new Metadata());
  }

  @Override
  public void ended(Outcome outcome) {}
}

package io.grpcplatform.validation;

import build.buf.validate.FieldPath;
import build.buf.validate.FieldPathElement;
import build.buf.validate.Violation;
import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.Refusal;
import java.util.List;

/**
 * What a caller is told of a request that breaks rules: INVALID_ARGUMENT, which rules in the
 * description, and {@code google.rpc.BadRequest} with field, rule and message of each. No value of
 * a field is in it; a map's key is, in the details, where it tells the entry.
 *
 * @param status what the call ends with
 * @param trailers the details; new for each fault
 */
record Fault(Status status, Metadata trailers) {

  /** A client takes 8 KB of trailers, and these grow by a third on the wire. */
  private static final int DETAILS_BYTES = 4096;

  private static final int LONGEST_TEXT = 200;
  private static final int LONGEST_KEY = 40;
  private static final int LONGEST_ID = 60;
  private static final int DESCRIBED = 3;

  /**
   * The answer to a request.
   *
   * @param what the request, as the description calls it
   * @param broken the rules it breaks, at least one
   * @param most how many of them may be told
   */
  static Fault of(String what, List<Violation> broken, int most) {
    BadRequest.Builder request = BadRequest.newBuilder();
    int bytes = 0;
    for (Violation violation : broken.subList(0, Math.min(most, broken.size()))) {
      FieldViolation told = told(violation);
      bytes += told.getSerializedSize();
      if (bytes > DETAILS_BYTES) {
        break;
      }
      request.addFieldViolations(told);
    }
    Status status = Status.INVALID_ARGUMENT.withDescription(description(what, broken));
    Metadata trailers = new Metadata();
    trailers.put(
        Refusal.DETAILS,
        com.google.rpc.Status.newBuilder()
            .setCode(status.getCode().value())
            .setMessage(String.valueOf(status.getDescription()))
            .addDetails(Any.pack(request.build()))
            .build());
    return new Fault(status, trailers);
  }

  private static FieldViolation told(Violation violation) {
    return FieldViolation.newBuilder()
        .setField(cut(path(violation.getField(), true), LONGEST_TEXT))
        .setReason(cut(violation.getRuleId(), LONGEST_ID))
        .setDescription(cut(violation.getMessage(), LONGEST_TEXT))
        .build();
  }

  /** Descriptions get into logs: fields and rules, and of a map not even the key. */
  private static String description(String what, List<Violation> broken) {
    StringBuilder text = new StringBuilder(what);
    text.append(broken.size() == 1 ? " breaks a rule: " : " breaks rules: ");
    for (int i = 0; i < Math.min(DESCRIBED, broken.size()); i++) {
      Violation violation = broken.get(i);
      String field = path(violation.getField(), false);
      text.append(i == 0 ? "" : ", ");
      text.append(cut(field, LONGEST_TEXT)).append(field.isEmpty() ? "" : " ");
      text.append('[').append(cut(violation.getRuleId(), LONGEST_ID)).append(']');
    }
    if (broken.size() > DESCRIBED) {
      text.append(" and ").append(broken.size() - DESCRIBED).append(" more");
    }
    return text.toString();
  }

  private static String path(FieldPath path, boolean keys) {
    StringBuilder text = new StringBuilder();
    for (FieldPathElement element : path.getElementsList()) {
      text.append(text.isEmpty() ? "" : ".").append(element.getFieldName());
      switch (element.getSubscriptCase()) {
        case INDEX -> text.append('[').append(element.getIndex()).append(']');
        case BOOL_KEY, INT_KEY, UINT_KEY, STRING_KEY ->
            text.append('[').append(keys ? key(element) : "").append(']');
        case SUBSCRIPT_NOT_SET -> {}
      }
    }
    return text.toString();
  }

  private static String key(FieldPathElement element) {
    return switch (element.getSubscriptCase()) {
      case BOOL_KEY -> Boolean.toString(element.getBoolKey());
      case INT_KEY -> Long.toString(element.getIntKey());
      case UINT_KEY -> Long.toUnsignedString(element.getUintKey());
      case STRING_KEY -> '"' + cut(element.getStringKey(), LONGEST_KEY) + '"';
      case INDEX, SUBSCRIPT_NOT_SET -> "";
    };
  }

  private static String cut(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    boolean split = Character.isHighSurrogate(text.charAt(longest - 1));
    return text.substring(0, split ? longest - 1 : longest) + "...";
  }
}

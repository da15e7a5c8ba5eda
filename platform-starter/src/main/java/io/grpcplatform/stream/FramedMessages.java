package io.grpcplatform.stream;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpcplatform.v1.SessionFrame;
import java.util.List;

/**
 * The messages of one direction of a resumable stream: finds the frame in them and puts it there.
 * The field is found once, by its type.
 *
 * <p>Threading: safe.
 *
 * @param <M> the messages
 */
final class FramedMessages<M extends Message> {

  private final Class<M> type;
  private final M empty;
  private final FieldDescriptor field;

  private FramedMessages(Class<M> type, M empty, FieldDescriptor field) {
    this.type = type;
    this.empty = empty;
    this.field = field;
  }

  /**
   * Of the type that the marshaller of a method's requests, or responses, knows.
   *
   * @throws IllegalArgumentException unless it is protobuf's, and the type has exactly one field
   *     for the frame
   */
  static <M extends Message> FramedMessages<M> of(Marshaller<M> marshaller) {
    M empty =
        marshaller instanceof PrototypeMarshaller<M> protobuf
            ? protobuf.getMessagePrototype()
            : null;
    if (empty == null) {
      throw new IllegalArgumentException(
          marshaller.getClass().getName() + " (expected: a marshaller of protobuf messages)");
    }
    List<FieldDescriptor> fields =
        empty.getDescriptorForType().getFields().stream().filter(FramedMessages::isFrame).toList();
    if (fields.size() != 1) {
      throw new IllegalArgumentException(
          empty.getDescriptorForType().getFullName()
              + ": "
              + fields.size()
              + " fields of the type "
              + SessionFrame.getDescriptor().getFullName()
              + " (expected: one, for the numbers and acknowledgements of a resumable stream)");
    }
    Class<M> type = ((PrototypeMarshaller<M>) marshaller).getMessageClass();
    return new FramedMessages<>(type, empty, fields.get(0));
  }

  private static boolean isFrame(FieldDescriptor field) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && !field.isRepeated()
        && field.getMessageType().getFullName().equals(SessionFrame.getDescriptor().getFullName());
  }

  /**
   * Whether the message carries a frame; one of a client that knows nothing of sessions does not.
   */
  boolean framed(M message) {
    return message.hasField(field);
  }

  /** The frame of a message; an empty one where there is none. */
  SessionFrame frame(M message) {
    return (SessionFrame) message.getField(field);
  }

  /** The message with this frame in the place of its own. */
  M with(M message, SessionFrame frame) {
    return type.cast(message.toBuilder().setField(field, frame).build());
  }

  /** The message as the application knows it. */
  M without(M message) {
    return type.cast(message.toBuilder().clearField(field).build());
  }

  /** A message that carries nothing else. */
  M only(SessionFrame frame) {
    return with(empty, frame);
  }
}

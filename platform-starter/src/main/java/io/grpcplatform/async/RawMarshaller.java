package io.grpcplatform.async;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Messages that are stored and sent as the bytes they are. */
final class RawMarshaller implements MethodDescriptor.Marshaller<ByteString> {

  static final RawMarshaller BYTES = new RawMarshaller();

  private RawMarshaller() {}

  @Override
  public InputStream stream(ByteString value) {
    return value.newInput();
  }

  @Override
  public ByteString parse(InputStream stream) {
    try {
      return ByteString.readFrom(stream);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}

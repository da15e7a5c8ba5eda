package io.grpcplatform.composition;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;

/** A service whose messages cannot be read, or not be written, and say why with a secret. */
final class TellingMarshallers implements BindableService {

  static final MethodDescriptor<String, String> UNREADABLE =
      method("Unreadable", new Broken(), new Sound());
  static final MethodDescriptor<String, String> UNWRITABLE =
      method("Unwritable", new Sound(), new Broken());

  private static MethodDescriptor<String, String> method(
      String name, Marshaller<String> request, Marshaller<String> response) {
    return MethodDescriptor.<String, String>newBuilder()
        .setType(MethodType.UNARY)
        .setFullMethodName(MethodDescriptor.generateFullMethodName("telling.Marshallers", name))
        .setRequestMarshaller(request)
        .setResponseMarshaller(response)
        .build();
  }

  /** The same method for a client, whose own marshallers work. */
  static MethodDescriptor<String, String> sound(MethodDescriptor<String, String> method) {
    return method.toBuilder(new Sound(), new Sound()).build();
  }

  @Override
  public ServerServiceDefinition bindService() {
    ServerServiceDefinition.Builder service =
        ServerServiceDefinition.builder("telling.Marshallers");
    for (MethodDescriptor<String, String> method : List.of(UNREADABLE, UNWRITABLE)) {
      service.addMethod(
          method,
          ServerCalls.asyncUnaryCall(
              (request, response) -> {
                response.onNext(request);
                response.onCompleted();
              }));
    }
    return service.build();
  }

  private static final class Sound implements Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      return "read";
    }
  }

  private static final class Broken implements Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      throw new IllegalStateException(TellingService.SECRET);
    }

    @Override
    public String parse(InputStream stream) {
      throw new IllegalStateException(TellingService.SECRET);
    }
  }
}

package io.grpcplatform.composition.endings;

import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** A service that cannot put its answers into bytes. */
final class UnwritableAnswers {

  private UnwritableAnswers() {}

  static ServerServiceDefinition of(ServerServiceDefinition service) {
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName());
    for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
      ServerMethodDefinition<?, ?> changed = change(method);
      methods.add(changed);
      descriptor.addMethod(changed.getMethodDescriptor());
    }
    ServerServiceDefinition.Builder all = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(all::addMethod);
    return all.build();
  }

  private static <Q, R> ServerMethodDefinition<Q, R> change(ServerMethodDefinition<Q, R> method) {
    MethodDescriptor<Q, R> descriptor =
        method.getMethodDescriptor().toBuilder()
            .setResponseMarshaller(
                new MethodDescriptor.Marshaller<R>() {
                  @Override
                  public InputStream stream(R value) {
                    throw new IllegalStateException(Script.SECRET);
                  }

                  @Override
                  public R parse(InputStream stream) {
                    throw new UnsupportedOperationException();
                  }
                })
            .build();
    return ServerMethodDefinition.create(descriptor, method.getServerCallHandler());
  }
}

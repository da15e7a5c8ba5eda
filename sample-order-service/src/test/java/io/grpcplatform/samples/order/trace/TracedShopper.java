package io.grpcplatform.samples.order.trace;

import io.grpc.ManagedChannel;
import io.grpc.ServiceDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.retry.Retries;
import io.grpcplatform.samples.order.v1.NewOrder;
import io.grpcplatform.samples.order.v1.OrderLine;
import io.grpcplatform.samples.order.v1.OrderServiceGrpc;
import io.grpcplatform.samples.order.v1.OrderStatus;
import io.grpcplatform.samples.order.v1.PlaceOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderResponse;
import io.grpcplatform.samples.payment.v1.GetPaymentRequest;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.telemetry.Telemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.exporter.zipkin.ZipkinSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Somebody who buys something: a client on grpc-java's own builders, traced by the starter. */
final class TracedShopper implements AutoCloseable {
  private final OpenTelemetrySdk openTelemetry;
  private final ManagedChannel orders;
  private final ManagedChannel payments;

  TracedShopper(String zipkin, int orderPort, int paymentPort) {
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "shopper")))
            .addSpanProcessor(
                BatchSpanProcessor.builder(ZipkinSpanExporter.builder().setEndpoint(zipkin).build())
                    .build())
            .build();
    openTelemetry =
        OpenTelemetrySdk.builder()
            .setTracerProvider(provider)
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    orders = channel("order", orderPort, OrderServiceGrpc.getServiceDescriptor());
    payments = channel("payment", paymentPort, PaymentServiceGrpc.getServiceDescriptor());
  }

  private ManagedChannel channel(String name, int port, ServiceDescriptor service) {
    NettyChannelBuilder builder = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext();
    ClientFeature retries = Retries.standard().client(builder, name, service);
    ClientPipeline.of(name, List.of(Telemetry.client(openTelemetry), retries)).install(builder);
    return builder.build();
  }

  /**
   * Buys a mug, waits until the order has ended, and asks what was paid. Returns the trace's id.
   */
  String buy() {
    Span buying = openTelemetry.getTracer("test").spanBuilder("buy").startSpan();
    try (Scope scope = buying.makeCurrent()) {
      String id = place();
      Iterator<WatchOrderResponse> steps =
          OrderServiceGrpc.newBlockingStub(orders)
              .withDeadlineAfter(60, TimeUnit.SECONDS)
              .watchOrder(WatchOrderRequest.newBuilder().setOrderId(id).build());
      OrderStatus last = OrderStatus.ORDER_STATUS_UNSPECIFIED;
      while (steps.hasNext()) {
        last = steps.next().getStatus();
      }
      if (last != OrderStatus.ORDER_STATUS_CONFIRMED) {
        throw new AssertionError("the order ended " + last + " (expected: confirmed)");
      }
      var unused =
          PaymentServiceGrpc.newBlockingStub(payments)
              .withDeadlineAfter(60, TimeUnit.SECONDS)
              .getPayment(GetPaymentRequest.newBuilder().setPaymentId(id).build());
    } finally {
      buying.end();
    }
    return buying.getSpanContext().getTraceId();
  }

  private String place() {
    NewOrder order =
        NewOrder.newBuilder()
            .setIdempotencyKey("k-traced")
            .setCustomerId("customer-7")
            .setCardToken("tok_4242")
            .addLines(OrderLine.newBuilder().setSku("mug-blue").setQuantity(1))
            .build();
    return OrderServiceGrpc.newBlockingStub(orders)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .placeOrder(PlaceOrderRequest.newBuilder().setOrder(order).build())
        .getOrder()
        .getOrderId();
  }

  @Override
  public void close() {
    orders.shutdownNow();
    payments.shutdownNow();
    openTelemetry.close();
  }
}

package io.grpcplatform.async;

import io.grpcplatform.async.CallCarrier.Parcel;
import java.util.List;
import java.util.Objects;

/** Hands a message to an application as its carrier would. */
final class CarriedCallsProbe {

  private CarriedCallsProbe() {}

  static void results(DurableApplication application, Parcel parcel) {
    Objects.requireNonNull(application.engine().carried()).results(List.of(parcel));
  }

  static void receive(DurableApplication application, Parcel parcel) {
    Objects.requireNonNull(application.engine().carried()).calls(List.of(parcel));
  }
}

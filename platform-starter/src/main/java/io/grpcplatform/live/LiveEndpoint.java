package io.grpcplatform.live;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** {@code /actuator/grpcsettings}: which settings have changed, and which were refused. */
@Endpoint(id = "grpcsettings")
final class LiveEndpoint {

  private final SettingsChanges changes;

  LiveEndpoint(SettingsChanges changes) {
    this.changes = changes;
  }

  @ReadOperation
  LiveView settings() {
    return changes.view();
  }
}

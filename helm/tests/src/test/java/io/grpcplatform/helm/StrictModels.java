package io.grpcplatform.helm;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.grpcplatform.helm.Manifests.Manifest;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The two Java models of Kubernetes' objects, as strict as they can be made.
 *
 * <p>Each sees what the other does not: fabric8's refuses wrong types, the official client's
 * refuses missing fields.
 */
final class StrictModels {

  private static final JsonMapper MAPPER = strict();

  private static final Map<String, Model> MODELS =
      Map.of(
          "apps/v1 Deployment", new Model(Deployment.class, V1Deployment::fromJson),
          "v1 Service", new Model(Service.class, V1Service::fromJson),
          "v1 ConfigMap", new Model(ConfigMap.class, V1ConfigMap::fromJson),
          "v1 ServiceAccount", new Model(ServiceAccount.class, V1ServiceAccount::fromJson),
          "policy/v1 PodDisruptionBudget",
              new Model(PodDisruptionBudget.class, V1PodDisruptionBudget::fromJson),
          "monitoring.coreos.com/v1 ServiceMonitor",
              new Model(ServiceMonitor.class, with("/spec/selector", "/spec/endpoints/0/port")),
          "monitoring.coreos.com/v1 PrometheusRule",
              new Model(PrometheusRule.class, with("/spec/groups/0/rules/0/expr")));

  private StrictModels() {}

  /** What is wrong with the structure of one object; empty if nothing is. */
  static List<String> faults(Manifest manifest) {
    String type = manifest.at("/apiVersion").asText() + " " + manifest.kind();
    Model model = MODELS.get(type);
    if (model == null) {
      return List.of(
          manifest + ": unknown type " + type + " (expected: one of " + MODELS.keySet() + ")");
    }
    List<String> faults = new ArrayList<>();
    try {
      MAPPER.treeToValue(manifest.tree(), model.fabric8());
    } catch (Exception e) {
      faults.add(manifest + " (fabric8): " + e.getMessage());
    }
    try {
      model.official().parse(manifest.tree().toString());
    } catch (Exception e) {
      faults.add(manifest + " (client-java): " + e.getMessage());
    }
    return faults;
  }

  private static JsonMapper strict() {
    JsonMapper mapper =
        JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .annotationIntrospector(new WithoutAnySetters())
            .build();
    for (CoercionInputShape shape :
        List.of(CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean)) {
      mapper.coercionConfigFor(LogicalType.Textual).setCoercion(shape, CoercionAction.Fail);
    }
    return mapper;
  }

  /** The official client has no model of the Prometheus operator's objects: what must be there. */
  private static Parser with(String... pointers) {
    return json -> {
      JsonNode tree = Yaml.parse(json);
      for (String pointer : pointers) {
        if (tree.at(pointer).isMissingNode()) {
          throw new IllegalArgumentException("no " + pointer + " (expected: a value)");
        }
      }
      return tree;
    };
  }

  private record Model(Class<?> fabric8, Parser official) {}

  private interface Parser {
    Object parse(String json) throws Exception;
  }

  /** The models keep unknown fields in a map; without that map an unknown field is an error. */
  private static final class WithoutAnySetters extends JacksonAnnotationIntrospector {

    private static final long serialVersionUID = 1;

    @Override
    public Boolean hasAnySetter(Annotated member) {
      return false;
    }
  }
}

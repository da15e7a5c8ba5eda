package io.grpcplatform.helm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;

/** The objects of one release, in the order they were rendered. */
record Manifests(List<Manifest> objects) {

  Manifests {
    objects = List.copyOf(objects);
  }

  static Manifests of(String yaml) {
    return new Manifests(Yaml.documents(yaml).stream().map(Manifest::new).toList());
  }

  Stream<Manifest> kind(String kind) {
    return objects.stream().filter(object -> object.kind().equals(kind));
  }

  Manifest only(String kind) {
    List<Manifest> found = kind(kind).toList();
    if (found.size() != 1) {
      throw new IllegalArgumentException(kind + ": " + found.size() + " objects (expected: 1)");
    }
    return found.get(0);
  }

  Manifests copy() {
    return new Manifests(
        objects.stream().map(object -> new Manifest(object.tree().deepCopy())).toList());
  }

  /** One object as it would be sent to Kubernetes. */
  record Manifest(JsonNode tree) {

    String kind() {
      return tree.path("kind").asText();
    }

    String name() {
      return at("/metadata/name").asText();
    }

    JsonNode at(String pointer) {
      return tree.at(pointer);
    }

    @Override
    public String toString() {
      return kind() + "/" + name();
    }
  }
}

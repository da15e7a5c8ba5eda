package io.grpcplatform.helm;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.grpcplatform.helm.Manifests.Manifest;

/**
 * One thing changed in one object of a sound release; {@code value} is YAML, empty to remove the
 * field.
 */
record Breakage(String object, String pointer, String value) {

  static Breakage set(String object, String pointer, String value) {
    return new Breakage(object, pointer, value);
  }

  static Breakage without(String object, String pointer) {
    return new Breakage(object, pointer, "");
  }

  /** Replaces a text inside a string field. */
  static Breakage replaced(String object, String pointer, String from, String to) {
    return new Breakage(object, pointer, from + "\u0000" + to);
  }

  Manifests in(Manifests sound) {
    Manifests broken = sound.copy();
    Manifest manifest =
        broken.objects().stream()
            .filter(found -> found.toString().equals(object))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        object + " (expected: one of " + sound.objects() + ")"));
    JsonPointer path = JsonPointer.compile(pointer);
    JsonNode parent = manifest.tree().at(path.head());
    JsonNode before = manifest.tree().deepCopy();
    JsonNode changed = changed(manifest.at(pointer));
    if (parent instanceof ArrayNode array) {
      replace(array, path.last().getMatchingIndex(), changed);
    } else if (value.isEmpty()) {
      ((ObjectNode) parent).remove(path.last().getMatchingProperty());
    } else {
      ((ObjectNode) parent).set(path.last().getMatchingProperty(), changed);
    }
    if (before.equals(manifest.tree())) {
      throw new IllegalArgumentException(this + " changed nothing");
    }
    return broken;
  }

  private JsonNode changed(JsonNode current) {
    int split = value.indexOf('\u0000');
    if (split < 0) {
      return Yaml.parse(value);
    }
    return TextNode.valueOf(
        current.asText().replace(value.substring(0, split), value.substring(split + 1)));
  }

  private void replace(ArrayNode array, int index, JsonNode changed) {
    if (value.isEmpty()) {
      array.remove(index);
    } else if (index < array.size()) {
      array.set(index, changed);
    } else {
      array.add(changed);
    }
  }

  @Override
  public String toString() {
    return object
        + " "
        + pointer
        + (value.isEmpty() ? " removed" : " = " + value.replace('\u0000', '>'));
  }
}

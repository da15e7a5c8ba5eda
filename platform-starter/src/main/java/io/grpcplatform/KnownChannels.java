package io.grpcplatform;

import java.util.Set;

/**
 * The names of the client channels of this application, so that settings by channel can be checked.
 *
 * @param names those that are configured
 * @param others whether channels of other names work too, as they do where an in-process server
 *     stands for every target
 */
public record KnownChannels(Set<String> names, boolean others) {

  public KnownChannels {
    names = Set.copyOf(names);
  }
}

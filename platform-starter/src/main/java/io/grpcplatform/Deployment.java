package io.grpcplatform;

import java.util.Collection;
import java.util.Set;

/**
 * Where this application runs, as far as it can tell.
 *
 * @param kubernetes whether on Kubernetes
 * @param development whether only its developers use it
 */
public record Deployment(boolean kubernetes, boolean development) {

  private static final Set<String> DEVELOPMENT = Set.of("dev", "development", "local", "test");
  private static final Set<String> PRODUCTION = Set.of("prod", "production");

  /**
   * What platform and profiles tell: a profile {@code prod} or {@code production} is production,
   * one of {@code dev}, {@code development}, {@code local} or {@code test} is development; without
   * any of them a cloud platform is production and everything else development.
   */
  static Deployment of(boolean cloud, boolean kubernetes, Collection<String> profiles) {
    boolean production = profiles.stream().anyMatch(PRODUCTION::contains);
    boolean development = profiles.stream().anyMatch(DEVELOPMENT::contains);
    return new Deployment(kubernetes, !production && (development || !cloud));
  }
}

/**
 * The rules of the house, as tests. A rule is a static method that takes what it judges, so that
 * each is run twice: over the repository, which must pass, and over {@code fixtures}, which must
 * not.
 */
@NullMarked
package io.grpcplatform.house;

import org.jspecify.annotations.NullMarked;

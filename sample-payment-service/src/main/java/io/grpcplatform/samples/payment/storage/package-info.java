/**
 * Keeps payments and answers in a database (H2 in a directory by default, PostgreSQL by profile). A
 * payment and the answer that tells of it are stored together or not at all.
 */
@NullMarked
package io.grpcplatform.samples.payment.storage;

import org.jspecify.annotations.NullMarked;

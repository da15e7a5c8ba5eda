/**
 * Keeps orders, their steps and the goods in a database (H2 in a directory by default, PostgreSQL
 * by profile), in SQL that both share.
 */
@NullMarked
package io.grpcplatform.samples.order.storage;

import org.jspecify.annotations.NullMarked;

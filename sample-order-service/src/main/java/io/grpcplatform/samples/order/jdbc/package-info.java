/** What the tables' classes share: rows that go to the database together. */
@NullMarked
package io.grpcplatform.samples.order.jdbc;

import org.jspecify.annotations.NullMarked;

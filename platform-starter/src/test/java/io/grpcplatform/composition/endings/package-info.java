/**
 * Every way a call can end, over real connections through the whole pipeline, and whether each
 * place that tells of it tells the same.
 */
@NullMarked
package io.grpcplatform.composition.endings;

import org.jspecify.annotations.NullMarked;

/**
 * What {@code demo.sh} runs: starts both services as processes of its own, places orders, kills the
 * payment process twice, and counts afterwards in both databases what became of every order that
 * was acknowledged. No part of the order service: it talks to it like any client.
 */
@NullMarked
package io.grpcplatform.samples.order.demo;

import org.jspecify.annotations.NullMarked;

/**
 * Renders the charts with Helm itself and judges every object they make.
 *
 * <p>Protects from charts that render and do not run: objects Kubernetes would refuse, objects that
 * do not find each other, and numbers that let a pod be killed with calls in flight. Default: every
 * chart under {@code helm/} with every file of its {@code ci} folder, and a third service made from
 * the guide. Limit: nothing here talks to a cluster, so what an admission controller or a kubelet
 * does is not seen.
 */
@NullMarked
package io.grpcplatform.helm;

import org.jspecify.annotations.NullMarked;

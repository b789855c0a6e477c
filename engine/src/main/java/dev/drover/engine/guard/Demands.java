package dev.drover.engine.guard;

import java.util.Set;
import java.util.TreeSet;

/**
 * What the contract asks of every flow that answers an operation, or that takes a message.
 *
 * @param operation the operationId, or what else names it for people
 * @param flow the name of the {@code direct:} route that answers it
 * @param secured whether somebody must be authorised for it (OpenAPI {@code security})
 * @param proofs the proofs that it needs besides ({@code x-proof})
 * @param proofsOnce those of them that a stored answer does not need again ({@code x-proof-once})
 * @param stores the stores that must have it before it is answered ({@code x-durable})
 */
public record Demands(
    String operation,
    String flow,
    boolean secured,
    Set<String> proofs,
    Set<String> proofsOnce,
    Set<String> stores) {
  /** Stands for any store. */
  private static final String ANY = "*";

  /** Copies the sets. */
  public Demands {
    proofs = Set.copyOf(proofs);
    proofsOnce = Set.copyOf(proofsOnce);
    stores = Set.copyOf(stores);
  }

  /** Of what anybody may ask and nothing is promised for. */
  public static Demands none(String operation) {
    return new Demands(operation, operation, false, Set.of(), Set.of(), Set.of());
  }

  /** Of what no contract names: somebody must be authorised for it. */
  public static Demands unnamed(String operation) {
    return new Demands(operation, operation, true, Set.of(), Set.of(), Set.of());
  }

  /** Of what is taken and must be in some durable store before it is acknowledged. */
  public static Demands durable(String what) {
    return new Demands(what, what, false, Set.of(), Set.of(), Set.of(ANY));
  }

  /** Of what does either of two operations: what both need. */
  public Demands and(Demands other) {
    return new Demands(
        operation + " or " + other.operation,
        flow,
        secured || other.secured,
        union(proofs, other.proofs),
        union(proofsOnce, other.proofsOnce),
        union(stores, other.stores));
  }

  /** Whether these stores are not all that must have it. */
  boolean lacksStore(Set<String> stored) {
    return stores.stream()
        .anyMatch(store -> store.equals(ANY) ? stored.isEmpty() : !stored.contains(store));
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    Set<String> all = new TreeSet<>(one);
    all.addAll(other);
    return all;
  }
}

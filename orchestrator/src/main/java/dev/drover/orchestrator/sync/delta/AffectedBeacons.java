package dev.drover.orchestrator.sync.delta;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.orchestrator.cache.CachedChange;
import dev.drover.orchestrator.cache.CachedItem;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.proto.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which beacons a change concerns: those that changed, and those that stand in a changed area, at a
 * changed merchant or on a changed connection. Who stands where is read from the cache once and
 * then kept up to date change by change.
 */
public final class AffectedBeacons {
  private static final String BEACONS = "beacons";
  private static final int PAGE = 500;

  private static final Map<String, String> REFERENCES =
      Map.of("area_id", "areas", "merchant_id", "merchants", "connection_id", "connections");

  private final EntityCache cache;
  private final Map<String, Set<String>> beaconsAt = new HashMap<>();
  private final Map<String, List<String>> placesOf = new HashMap<>();
  private boolean known;

  /** The beacons of this cache. */
  public AffectedBeacons(EntityCache cache) {
    this.cache = cache;
  }

  /** The beacons that these changes concern, in the order of their ids. */
  synchronized Set<String> of(Map<String, List<String>> changes) {
    Set<String> affected = new TreeSet<>(changes.getOrDefault(BEACONS, List.of()));
    changes.forEach(
        (collection, ids) -> {
          if (!collection.equals(BEACONS)) {
            learn();
            ids.forEach(
                id -> affected.addAll(beaconsAt.getOrDefault(place(collection, id), Set.of())));
          }
        });
    return affected;
  }

  /** Follows changes of the cache. */
  synchronized void changed(List<CachedChange> page) {
    if (!known) {
      return;
    }
    for (CachedChange change : page) {
      if (change.collection().equals(BEACONS)) {
        put(change.id(), change.json());
      }
    }
  }

  /** The cache was replaced: what was known is read again when it is needed. */
  public synchronized void forget() {
    known = false;
    beaconsAt.clear();
    placesOf.clear();
  }

  private void learn() {
    if (known) {
      return;
    }
    String after = "";
    List<CachedItem> page = cache.list(BEACONS, after, PAGE);
    while (!page.isEmpty()) {
      page.forEach(item -> put(item.id(), item.json()));
      after = page.get(page.size() - 1).id();
      page = cache.list(BEACONS, after, PAGE);
    }
    known = true;
  }

  private void put(String id, String json) {
    for (String old : placesOf.getOrDefault(id, List.of())) {
      beaconsAt.get(old).remove(id);
    }
    placesOf.remove(id);
    if (json == null) {
      return;
    }
    JsonNode beacon = Json.tree(json.getBytes(StandardCharsets.UTF_8));
    List<String> places =
        REFERENCES.entrySet().stream()
            .filter(entry -> beacon.hasNonNull(entry.getKey()))
            .map(entry -> place(entry.getValue(), beacon.get(entry.getKey()).asText()))
            .toList();
    placesOf.put(id, places);
    places.forEach(at -> beaconsAt.computeIfAbsent(at, name -> new TreeSet<>()).add(id));
  }

  private static String place(String collection, String id) {
    return collection + "/" + id;
  }
}

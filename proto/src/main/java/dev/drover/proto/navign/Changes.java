package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;
import java.util.List;
import java.util.Map;

/** Ids of documents that changed, by collection. */
@WireMessage
public record Changes(
    List<String> areas, List<String> beacons, List<String> merchants, List<String> connections) {
  /** Those of a map by collection; a collection that is not in it has none. */
  public static Changes of(Map<String, List<String>> ids) {
    return new Changes(
        ids.getOrDefault("areas", List.of()),
        ids.getOrDefault("beacons", List.of()),
        ids.getOrDefault("merchants", List.of()),
        ids.getOrDefault("connections", List.of()));
  }
}

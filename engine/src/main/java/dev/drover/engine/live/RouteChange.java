package dev.drover.engine.live;

import java.util.List;
import java.util.Set;

/**
 * What is to run instead of what runs.
 *
 * @param before the files with all routes and configurations that are named below, as they run
 * @param after the same files as they are to run
 * @param routes ids of the routes that are another, new or gone
 * @param configurations ids of the route configurations that are another, new or gone
 */
public record RouteChange(
    List<RouteText> before, List<RouteText> after, Set<String> routes, Set<String> configurations) {

  /** The way back. */
  RouteChange reversed() {
    return new RouteChange(after, before, routes, configurations);
  }
}

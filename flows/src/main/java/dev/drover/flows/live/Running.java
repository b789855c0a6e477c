package dev.drover.flows.live;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The process whose flows are changed. */
public interface Running {
  /**
   * Puts other routes in force.
   *
   * @param before texts of the files that change, by path below routes/, as they run
   * @param after the same as they are to run; a file that is gone is not in it
   * @param routes ids of the routes that are another, new or gone
   * @param configurations ids of the route configurations that are another, new or gone
   * @return the longest time for which a route took no message
   * @throws DoesNotStart when what ran before runs on
   */
  Duration apply(
      Map<String, String> before,
      Map<String, String> after,
      Set<String> routes,
      Set<String> configurations)
      throws DoesNotStart;

  /** What the routes of these ids do now; those that do not run are left out. */
  List<RouteState> states(Set<String> routes);

  /**
   * A route at work.
   *
   * @param state Camel's word, such as {@code Started}
   * @param inFlight messages that are in it now
   */
  record RouteState(String id, String state, int inFlight) {}

  /** Routes that do not start. */
  final class DoesNotStart extends Exception {
    private final String route;

    /** The id of the route, or an empty string. */
    public DoesNotStart(String route, String message, Throwable cause) {
      super(message, cause);
      this.route = route;
    }

    /** The id of the route, or an empty string. */
    public String route() {
      return route;
    }
  }
}

package dev.drover.engine.live;

/** A change that does not start; what ran before runs. */
public final class SwapException extends Exception {
  private final String route;

  SwapException(String route, String message, Throwable cause) {
    super(message, cause);
    this.route = route;
  }

  /** The id of the route that does not start; empty when it is none in particular. */
  public String route() {
    return route;
  }
}

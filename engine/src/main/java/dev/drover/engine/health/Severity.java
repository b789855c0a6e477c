package dev.drover.engine.health;

import java.util.Locale;

/** How bad a problem is. */
public enum Severity {
  /** The process works on, with a promise that it cannot keep now. */
  DEGRADED,
  /** The part does not work. */
  UNHEALTHY;

  /** The word of {@code /health}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}

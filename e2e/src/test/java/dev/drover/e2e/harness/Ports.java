package dev.drover.e2e.harness;

import dev.drover.engine.backbone.FreePort;

/** Free TCP ports of this machine. */
public final class Ports {
  private Ports() {}

  /** A port that nobody listens on. */
  public static int free() {
    return FreePort.pick();
  }
}

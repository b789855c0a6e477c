package dev.drover.e2e.harness;

import java.util.Map;

/** The central that most test classes share: started once per JVM, stopped when it ends. */
public final class Shared {
  private static final class Holder {
    private static final CentralProcess CENTRAL = start();

    private static CentralProcess start() {
      CentralProcess central =
          CentralProcess.alone(
              "shared-" + JavaProcess.FORK,
              Map.of(
                  "DROVER_EVENTS_PING_INTERVAL", "1s",
                  // all tests share one address
                  "DROVER_LIMITS_FAILED_SIGNATURES", "100000/1m"));
      Runtime.getRuntime().addShutdownHook(new Thread(central::close));
      central.start();
      return central;
    }
  }

  private Shared() {}

  /** The shared central, running. */
  public static CentralProcess central() {
    return Holder.CENTRAL;
  }
}

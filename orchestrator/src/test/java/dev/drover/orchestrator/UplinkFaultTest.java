package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.orchestrator.uplink.Ledger;
import dev.drover.orchestrator.uplink.UplinkStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Central answers 503, hangs, drops, or does the work and drops; the mall with its broker stops in
 * the middle. What the devices were promised is at central or parked, once and in their order. The
 * oracle is the test's own list of what was accepted.
 */
class UplinkFaultTest extends MallTestBase {
  private static final int ITEMS = 2_000;
  private static final int BEACONS = 20;

  private final Map<String, List<Integer>> accepted = new HashMap<>();

  private Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>(UplinkTest.FAST);
    settings.put("drover.central.response-timeout", "300");
    return settings;
  }

  @Test
  void acceptedIsStoredPlusParkedWhateverFails() {
    long seed = Long.getLong("drover.test.seed", System.nanoTime());
    Random random = new Random(seed);
    central.uploads.rejected.add("poison");
    central.uploads.mischief = new Random(seed + 1);
    int n = 0;
    int poison = 0;
    while (n < ITEMS) {
      int until = Math.min(ITEMS, n + 200 + random.nextInt(300));
      try (TestMall mall = mall(settings())) {
        for (; n < until; n++) {
          String beacon = "b" + random.nextInt(BEACONS);
          boolean bad = random.nextInt(400) == 0;
          String body = "{\"n\":" + n + ",\"b\":\"" + beacon + (bad ? "\",\"poison\":1}" : "\"}");
          UplinkTest.accept(mall, "access_logs", beacon, "normal", body);
          if (bad) {
            poison++;
          } else {
            accepted.computeIfAbsent(beacon, key -> new ArrayList<>()).add(n);
          }
        }
      }
    }
    central.uploads.mischief = null;
    try (TestMall mall = mall(settings())) {
      UplinkStore store = mall.context.getBean(UplinkStore.class);
      await("seed " + seed)
          .atMost(Duration.ofSeconds(90))
          .until(() -> store.ledger().pending() == 0);
      Ledger ledger = store.ledger();
      System.out.printf("seed %d: %s, %d sent again%n", seed, ledger, central.uploads.again.size());
      assertThat(ledger.balanced()).as("seed %d: %s", seed, ledger).isTrue();
      assertThat(ledger.accepted()).isEqualTo(ITEMS);
      assertThat(ledger.parked()).isEqualTo(poison);
      assertThat(ledger.stored() + ledger.duplicate()).isEqualTo(ITEMS - poison);
    }
    Map<String, List<Integer>> stored = new HashMap<>();
    for (FakeUploads.Stored one : central.uploads.all()) {
      stored
          .computeIfAbsent(one.body().path("b").asText(), key -> new ArrayList<>())
          .add(one.body().path("n").asInt());
    }
    assertThat(stored).as("seed %d", seed).isEqualTo(accepted);
  }
}

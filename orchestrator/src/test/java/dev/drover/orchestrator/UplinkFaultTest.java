package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.orchestrator.uplink.Ledger;
import dev.drover.orchestrator.uplink.UplinkStore;
import dev.drover.proto.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Central answers 503, hangs, drops, or does the work and drops, while the mall with its broker is
 * killed. What was promised is at central or parked, once and in its order. The oracle is a file
 * that is written after each promise.
 */
class UplinkFaultTest extends MallTestBase {
  static final int BEACONS = 20;
  private static final int ITEMS = 2_000;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  static Map<String, String> settings(String queue) {
    return Map.of("drover.central.response-timeout", "300", "drover.queue", queue);
  }

  private static List<Integer> promised(Path file) {
    try {
      return Files.exists(file)
          ? Files.readAllLines(file).stream().map(Integer::valueOf).toList()
          : List.of();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Process victim(Path promises, int first, String queue) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-Ddrover.home=" + System.getProperty("drover.home"),
            "-cp",
            System.getProperty("java.class.path"),
            UplinkVictim.class.getName(),
            data.toString(),
            central.url(),
            promises.toString(),
            String.valueOf(first),
            queue)
        .redirectErrorStream(true)
        .redirectOutput(Path.of("target", "uplink-victim.log").toFile())
        .start();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqtt", "kafka"})
  void whatWasPromisedIsStoredOnceAndInOrderWhateverDies(String queue) throws Exception {
    long seed = Long.getLong("drover.test.seed", System.nanoTime());
    Random random = new Random(seed);
    central.uploads.rejected.add("poison");
    central.uploads.mischief = new Random(seed + 1);
    Path promises = data.resolve("promises.txt");
    int kills = 0;
    while (promised(promises).size() < ITEMS) {
      int before = promised(promises).size();
      int until = Math.min(ITEMS, before + 150 + random.nextInt(400));
      // A number whose promise was not heard may have been accepted: it is not used again.
      int first = before == 0 ? 0 : promised(promises).get(before - 1) + 2;
      Process mall = victim(promises, first, queue);
      await("seed " + seed).atMost(PATIENCE).until(() -> promised(promises).size() >= until);
      mall.destroyForcibly().waitFor();
      kills++;
    }
    central.uploads.mischief = null;
    Set<Integer> parked = new TreeSet<>();
    try (TestMall mall = mall(settings(queue))) {
      UplinkStore store = mall.context.getBean(UplinkStore.class);
      await("seed " + seed).atMost(PATIENCE).until(() -> store.ledger().pending() == 0);
      Ledger ledger = store.ledger();
      System.out.printf(
          "seed %d, %s: %d kills, %s, %d sent again%n",
          seed, queue, kills, ledger, central.uploads.again.size());
      assertThat(ledger.balanced()).as("seed %d: %s", seed, ledger).isTrue();
      for (JsonNode item : mall.get("/api/uplink/parked", operator()).json()) {
        parked.add(Json.tree(item.path("body").toString().getBytes()).path("n").asInt());
      }
      assertThat(ledger.parked()).isEqualTo(parked.size());
      assertThat(ledger.stored() + ledger.duplicate()).isEqualTo(central.uploads.all().size());
    }
    check(seed, promised(promises), parked, kills);
  }

  private void check(long seed, List<Integer> promised, Set<Integer> parked, int kills) {
    List<Integer> stored = new ArrayList<>();
    central.uploads.all().forEach(one -> stored.add(one.body().path("n").asInt()));
    Set<Integer> arrived = new LinkedHashSet<>(stored);
    assertThat(stored).as("seed %d: nothing twice", seed).hasSameSizeAs(arrived);
    arrived.addAll(parked);
    assertThat(arrived).as("seed %d: nothing lost", seed).containsAll(promised);
    assertThat(arrived.size())
        .as("seed %d", seed)
        .isBetween(promised.size(), promised.size() + kills);
    assertThat(parked).as("seed %d", seed).allMatch(n -> n % 250 == 77);
    for (int beacon = 0; beacon < BEACONS; beacon++) {
      int one = beacon;
      assertThat(stored.stream().filter(n -> n % BEACONS == one))
          .as("seed %d: order of b%d", seed, beacon)
          .isSorted();
    }
  }
}

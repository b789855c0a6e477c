package dev.drover.e2e.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.drover.e2e.harness.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file of a data directory is cut, zeroed, flipped, emptied, deleted or as it was on another
 * day, and the process starts on it: it mends itself, or refuses with file and remedy, and nothing
 * that was acknowledged is missing without being shown.
 *
 * <p>It runs when it is asked for: {@code -Ddrover.damages=25} damages of each file in each of the
 * two states, of {@code -Ddrover.damages.of=central|mqtt|kafka}, for {@code
 * -Ddrover.damages.minutes=…}; what was done is in {@code e2e/target/damaged-files/} and is gone on
 * with. {@code -Ddrover.damages.only='mall[.]db|keys'} takes the files in whose names this is
 * found, {@code -Ddrover.fault.seed=…} repeats. What a start costs makes it too long for every run;
 * {@code DamagedStoreTest}, {@code UplinkLossesTest} and {@code StoreCheckTest} are the parts that
 * are not.
 */
class DamagedFilesTest {
  private static final Logger LOG = LoggerFactory.getLogger(DamagedFilesTest.class);
  private static final int DAMAGES = Integer.getInteger("drover.damages", 0);
  private static final String OF = System.getProperty("drover.damages.of", "mqtt");
  private static final Pattern ONLY =
      Pattern.compile(System.getProperty("drover.damages.only", ""));
  private static final long MINUTES = Long.getLong("drover.damages.minutes", 60);
  private static final long SEED = Long.getLong("drover.fault.seed", System.nanoTime() % 1_000_000);
  private static final Path RESULTS =
      JavaProcess.HOME.resolve("e2e/target/damaged-files/" + OF + ".tsv");

  private final Random random = new Random(SEED);

  /** One file of a data directory in one state. */
  private record Target(String state, String group, List<String> files) {}

  @Test
  void aDamagedFileIsMendedOrNamedAndNothingAcknowledgedIsMissing() throws Exception {
    assumeTrue(DAMAGES > 0, "-Ddrover.damages=25");
    LOG.info("seed {}, {} damages of each file in each state", SEED, DAMAGES);
    long begin = System.nanoTime();
    List<Trial> trials;
    try (Trials all = trials()) {
      all.prepare();
      LOG.info("prepared after {} s", seconds(begin));
      trials = campaign(all);
    }
    assertThat(trials).filteredOn(trial -> !trial.finding().isEmpty()).as("seed " + SEED).isEmpty();
  }

  private static Trials trials() {
    return OF.equals("central") ? new CentralTrials() : new MallTrials(OF);
  }

  private List<Trial> campaign(Trials all) throws IOException {
    Files.createDirectories(RESULTS.getParent());
    List<Trial> known = new ArrayList<>();
    if (Files.exists(RESULTS)) {
      Files.readAllLines(RESULTS).forEach(line -> known.add(Trial.read(line)));
    }
    List<Target> targets = targets(all);
    long end = System.nanoTime() + MINUTES * 60_000_000_000L;
    for (int round = 0; round < DAMAGES; round++) {
      for (Target target : targets) {
        long done =
            known.stream()
                .filter(t -> t.state().equals(target.state) && t.group().equals(target.group))
                .count();
        if (done > round || System.nanoTime() > end) {
          continue;
        }
        String file = target.files.get(random.nextInt(target.files.size()));
        Trial trial = trial(all, target.state, target.group, file, random.nextLong(1L << 40));
        known.add(trial);
        Files.writeString(
            RESULTS, trial.line() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    }
    table(known).forEach(System.out::println);
    return known;
  }

  private static List<Target> targets(Trials all) throws IOException {
    List<Target> targets = new ArrayList<>();
    for (String state : List.of("stopped", "killed")) {
      Map<String, List<String>> groups = new TreeMap<>();
      for (String file : Trees.files(all.template(state))) {
        if (Files.size(all.template(state).resolve(file)) > 0 && ONLY.matcher(file).find()) {
          groups.computeIfAbsent(group(file), group -> new ArrayList<>()).add(file);
        }
      }
      groups.forEach((group, files) -> targets.add(new Target(state, group, files)));
    }
    Collections.shuffle(targets, new Random(SEED));
    return targets;
  }

  /** Files that differ in numbers and topics only are one kind. */
  private static String group(String file) {
    return file.replaceAll("__cluster_metadata-0", "metadata")
        .replaceAll("(drover|__consumer|damaged)[^/]*/", "topic/")
        .replaceAll("\\d{2,}", "N")
        .replaceAll("-\\d+\\.", "-N.");
  }

  private static Trial trial(Trials all, String state, String group, String file, long seed)
      throws IOException {
    long begin = System.nanoTime();
    Map<String, String> done = new HashMap<>();
    Trials.Outcome outcome;
    try {
      Trials.Verdict verdict =
          all.run(
              state,
              file,
              (path, older) -> {
                done.put("damage", Damage.any(path, older, new Random(seed)));
                return done.get("damage");
              });
      outcome = verdict.outcome();
    } catch (ConditionTimeoutException | IOException e) {
      outcome = new Trials.Outcome("", e.toString());
    }
    Trial trial =
        new Trial(
            all.process(),
            state,
            group,
            file,
            done.getOrDefault("damage", "none"),
            seed,
            outcome.word(),
            outcome.finding(),
            (System.nanoTime() - begin) / 1e9);
    LOG.info("{}", trial.line());
    if (!trial.finding().isEmpty() && Files.exists(all.output())) {
      Files.createDirectories(RESULTS.getParent());
      Files.copy(
          all.output(),
          RESULTS.resolveSibling(OF + "-" + seed + ".log"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    return trial;
  }

  private static long seconds(long begin) {
    return (System.nanoTime() - begin) / 1_000_000_000;
  }

  /** A row of each kind of file: how often, what became of it, and what must not be. */
  private static List<String> table(List<Trial> trials) {
    Map<String, Map<String, Integer>> rows = new TreeMap<>();
    for (Trial trial : trials) {
      Map<String, Integer> row = rows.computeIfAbsent(trial.group(), group -> new TreeMap<>());
      row.merge(trial.finding().isEmpty() ? trial.outcome() : "finding", 1, Integer::sum);
      row.merge(trial.state(), 1, Integer::sum);
    }
    List<String> lines = new ArrayList<>();
    lines.add("| file | at rest | after kill -9 | mended | gap | told | refused | findings |");
    rows.forEach(
        (group, row) ->
            lines.add(
                String.format(
                    Locale.ROOT,
                    "| `%s` | %d | %d | %d | %d | %d | %d | %d |",
                    group,
                    row.getOrDefault("stopped", 0),
                    row.getOrDefault("killed", 0),
                    row.getOrDefault("mended", 0),
                    row.getOrDefault("gap", 0),
                    row.getOrDefault("told", 0),
                    row.getOrDefault("refused", 0),
                    row.getOrDefault("finding", 0))));
    return lines;
  }
}

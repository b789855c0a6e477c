package dev.drover.flows.harness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.flows.FlowSet;
import dev.drover.flows.RouteFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes steps of flow files, one at a time, and lets the file's own test run: it must fail. By
 * default 8 steps of each module, drawn at random; {@code -Ddrover.flows.deleted=1000} is all.
 */
public abstract class NoticedEdits {
  private static final Logger LOG = LoggerFactory.getLogger(NoticedEdits.class);
  private static final int SAMPLE = 8;
  private static final Pattern FILE =
      Pattern.compile("super\\(\\s*\"([a-z]+)\",\\s*\"([0-9a-z-]+)\"");

  /** Lines that nobody sees unless they ask for them. */
  private static final Pattern FREE = Pattern.compile("loggingLevel: (DEBUG|TRACE)");

  private record Tested(EditedFlow edit, Class<? extends FlowTest> test) {}

  @Test
  void aDeletedStepIsNoticedByTheTestOfItsFile() throws Exception {
    List<Tested> edits = new ArrayList<>();
    FlowSet all = FlowContext.repository(FlowTest.HOME);
    for (Path source : sources()) {
      Matcher matcher = FILE.matcher(Files.readString(source));
      if (matcher.find()) {
        String path = "routes/" + matcher.group(1) + "/" + matcher.group(2) + ".camel.yaml";
        RouteFile file = EditedFlow.orAsItIs(path, all);
        Class<? extends FlowTest> test = type(source);
        assertThat(new EditedFlow(file, "nothing").isNoticedBy(test)).as(path).isFalse();
        EditedFlow.withoutEachStep(file).forEach(edit -> edits.add(new Tested(edit, test)));
      }
    }
    int wanted = Integer.getInteger("drover.flows.deleted", SAMPLE);
    long seed = Long.getLong("drover.flows.seed", System.nanoTime());
    Collections.shuffle(edits, new Random(seed));
    List<Tested> sample = edits.subList(0, Math.min(wanted, edits.size()));

    List<String> unnoticed = new ArrayList<>();
    for (Tested tested : sample) {
      boolean free = FREE.matcher(tested.edit().step()).find();
      if (!tested.edit().isNoticedBy(tested.test()) && !free) {
        unnoticed.add(tested.edit().step());
      }
    }
    LOG.info("{} of {} steps deleted, {} unnoticed", sample.size(), edits.size(), unnoticed.size());
    assertThat(edits).hasSizeGreaterThan(100);
    assertThat(unnoticed).as("with -Ddrover.flows.seed=%s", seed).isEmpty();
  }

  private List<Path> sources() throws IOException {
    Path folder = Path.of("src/test/java", getClass().getPackageName().replace('.', '/'));
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith("FlowTest.java")).sorted().toList();
    }
  }

  private Class<? extends FlowTest> type(Path source) throws ClassNotFoundException {
    String name = source.getFileName().toString().replace(".java", "");
    return Class.forName(getClass().getPackageName() + "." + name).asSubclass(FlowTest.class);
  }
}

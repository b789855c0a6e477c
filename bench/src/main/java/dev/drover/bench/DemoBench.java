package dev.drover.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * {@code ./drover up} for a long time: resident memory, threads and descriptors of each of its
 * processes and the size of its data, of each store too, every ten seconds. Usage: {@code DemoBench
 * [minutes]}, in the repository. Writes {@code demo.csv} and {@code demo.svg} below {@code
 * bench/target/demo}, and prints how each figure was in three parts of the time.
 */
public final class DemoBench {
  private static final Path TARGET = Path.of("bench/target/demo").toAbsolutePath();
  private static final Path STATE = TARGET.resolve("state");
  private static final String DATA = "data";
  private static final int PERIOD_SECONDS = 10;
  private static final double MEGABYTE = 1 << 20;

  private record Sample(
      double at, String name, double megabytes, double threads, double descriptors) {}

  private final List<Sample> samples = new ArrayList<>();
  private final LineChart chart;

  private DemoBench(int minutes) {
    chart = new LineChart("./drover up for " + minutes + " minutes: resident memory and data, MB");
  }

  /** Runs the demo. */
  public static void main(String[] args) throws Exception {
    int minutes = args.length > 0 ? Integer.parseInt(args[0]) : 120;
    Files.createDirectories(TARGET);
    System.out.println(Machine.line());
    Process demo =
        new ProcessBuilder("./drover", "up", "--fresh", "--state", STATE.toString())
            .redirectErrorStream(true)
            .redirectOutput(TARGET.resolve("demo.log").toFile())
            .start();
    try {
      new DemoBench(minutes).watch(demo, minutes);
    } finally {
      demo.destroy();
      demo.waitFor(1, TimeUnit.MINUTES);
    }
    System.exit(0);
  }

  private void watch(Process demo, int minutes) throws IOException, InterruptedException {
    Path log = TARGET.resolve("demo.log");
    while (!Files.readString(log).contains("Ctrl-C stops") && demo.isAlive()) {
      demo.waitFor(1, TimeUnit.SECONDS);
    }
    long begin = System.nanoTime();
    double end = minutes * 60.0;
    double at = 0;
    while (at < end && !demo.waitFor(PERIOD_SECONDS, TimeUnit.SECONDS)) {
      at = (System.nanoTime() - begin) / 1e9;
      look(demo, at);
      write();
    }
    if (!demo.isAlive()) {
      throw new IllegalStateException("the demo ended: " + log);
    }
    print(at);
  }

  private void look(Process demo, double at) throws IOException {
    for (ProcessHandle child : demo.descendants().toList()) {
      String name = name(child);
      if (!name.isEmpty()) {
        double threads = count(child, "task");
        double files = count(child, "fd");
        Sample sample = new Sample(at, name, Machine.resident(child.pid()), threads, files);
        samples.add(sample);
        chart.add(name, at, sample.megabytes);
      }
    }
    double all = size(STATE);
    samples.add(new Sample(at, DATA, all, 0, 0));
    if (!Double.isNaN(all)) {
      chart.add("data on disk", at, all);
    }
    for (Path process : directories(STATE)) {
      for (Path store : directories(process)) {
        String name = DATA + " " + STATE.relativize(store);
        samples.add(new Sample(at, name, size(store), 0, 0));
      }
    }
  }

  private static List<Path> directories(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(Files::isDirectory).sorted().toList();
    }
  }

  private static String name(ProcessHandle process) {
    String command = proc(process, "cmdline");
    if (command.contains("KafkaBroker")) {
      return "kafka";
    }
    return Stream.of("central", "orchestrator", "simulator")
        .filter(name -> command.contains("drover-" + name + ".jar"))
        .findFirst()
        .orElse("");
  }

  private static String proc(ProcessHandle process, String what) {
    try {
      return Files.readString(
          Path.of("/proc", String.valueOf(process.pid()), what), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      // It has ended meanwhile.
      return "";
    }
  }

  private static double count(ProcessHandle process, String what) throws IOException {
    Path path = Path.of("/proc", String.valueOf(process.pid()), what);
    try (Stream<Path> entries = Files.list(path)) {
      return entries.count();
    }
  }

  private static double size(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(DemoBench::length).sum() / MEGABYTE;
    } catch (UncheckedIOException e) {
      // A file was deleted under the walk; the next look has a figure.
      return Double.NaN;
    }
  }

  private static long length(Path file) {
    return file.toFile().length();
  }

  private void write() throws IOException {
    StringBuilder csv = new StringBuilder("seconds,process,mb,threads,descriptors\n");
    for (Sample one : samples) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%.0f,%s,%.1f,%.0f,%.0f%n",
              one.at,
              one.name,
              one.megabytes,
              one.threads,
              one.descriptors));
    }
    Files.writeString(TARGET.resolve("demo.csv"), csv);
    Files.writeString(TARGET.resolve("demo.svg"), chart.svg());
  }

  /** The median of a tenth of the time: after a tenth, in the middle, and at the end. */
  private void print(double end) {
    Map<String, List<Sample>> byName = new TreeMap<>();
    samples.forEach(one -> byName.computeIfAbsent(one.name, name -> new ArrayList<>()).add(one));
    byName.forEach(
        (name, own) -> {
          System.out.printf("%-26s MB %s", name, thirds(own, end, Sample::megabytes));
          if (!name.startsWith(DATA)) {
            System.out.printf(
                "  threads %s  descriptors %s",
                thirds(own, end, Sample::threads), thirds(own, end, Sample::descriptors));
          }
          System.out.println();
        });
  }

  private static String thirds(List<Sample> own, double end, ToDoubleFunction<Sample> value) {
    List<String> words = new ArrayList<>();
    for (double from : new double[] {0.1, 0.5, 0.9}) {
      List<Double> some =
          own.stream()
              .filter(one -> one.at >= from * end && one.at <= (from + 0.1) * end)
              .map(value::applyAsDouble)
              .filter(figure -> !figure.isNaN())
              .toList();
      words.add(some.isEmpty() ? "-" : String.format(Locale.ROOT, "%.0f", Machine.median(some)));
    }
    return String.join(" → ", words);
  }
}

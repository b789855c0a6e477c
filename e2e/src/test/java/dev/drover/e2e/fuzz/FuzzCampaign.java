package dev.drover.e2e.fuzz;

import dev.drover.e2e.harness.JavaProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * Jazzer on every parser in sequence, for a long time. It works in slices and writes down each one,
 * so when it is ended it goes on where it was: {@code FuzzCampaign [seconds of each] [seconds of a
 * slice]}. What was found stays below {@code e2e/target/fuzz}.
 */
public final class FuzzCampaign {
  private static final Path SLICES = FuzzRun.TARGET.resolve("campaign.tsv");
  private static final Path SUMMARY = FuzzRun.TARGET.resolve("campaign.md");
  private static final Path CLASSES = FuzzRun.TARGET.resolve("classes");

  /** A parser that ends with a finding again and again is left. */
  private static final int MOST_FINDINGS = 5;

  /** Seconds that one input may take, at the lowest priority of a busy machine. */
  private static final int PATIENCE = 120;

  private final int seconds;
  private final int slice;
  private final String classpath;

  private FuzzCampaign(int seconds, int slice, String classpath) {
    this.seconds = seconds;
    this.slice = slice;
    this.classpath = classpath;
  }

  /** Runs what is left of it; ends with 1 when there is a finding. */
  public static void main(String[] args) throws Exception {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 600;
    int slice = args.length > 1 ? Integer.parseInt(args[1]) : 200;
    Files.createDirectories(FuzzRun.TARGET);
    new FuzzCampaign(seconds, slice, frozen()).run();
    List<Row> rows = rows();
    System.out.println(table(rows));
    System.exit(rows.stream().anyMatch(row -> !row.findings().isEmpty()) ? 1 : 0);
  }

  private void run() throws IOException, InterruptedException {
    for (FuzzedParser parser : FuzzedParser.values()) {
      Row row = Row.of(parser.name(), slices());
      while (row.seconds() < seconds && row.ended() < MOST_FINDINGS) {
        one(parser.name(), (int) Math.min(slice, Math.ceil(seconds - row.seconds())));
        row = Row.of(parser.name(), slices());
      }
    }
  }

  private void one(String parser, int some) throws IOException, InterruptedException {
    long seed = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    FuzzRun run = FuzzRun.of(parser, some, seed, PATIENCE, classpath);
    if (!run.finding().isEmpty()) {
      Files.writeString(FuzzRun.TARGET.resolve(parser + "-" + seed + ".finding"), run.output());
    }
    Slice done =
        new Slice(
            parser,
            Math.max(0, run.inputs()),
            // Otherwise one that cannot start would be tried for ever.
            Math.max(1, Math.round(run.seconds())),
            run.heap(),
            seed,
            run.finding().replaceAll("\\s+", " "));
    Files.writeString(
        SLICES, done.line() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    Files.writeString(SUMMARY, table(rows()));
    System.out.println(done.line());
  }

  private static List<Slice> slices() throws IOException {
    return Files.exists(SLICES)
        ? Files.readAllLines(SLICES).stream().map(Slice::read).toList()
        : List.of();
  }

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (FuzzedParser parser : FuzzedParser.values()) {
      rows.add(Row.of(parser.name(), slices()));
    }
    return rows;
  }

  private static String table(List<Row> rows) {
    StringBuilder table = new StringBuilder();
    table.append("| parser | executions | seconds | findings | heap at the end, MB |\n");
    table.append("|---|---|---|---|---|\n");
    for (Row row : rows) {
      table.append(
          String.format(
              Locale.ROOT,
              "| `%s` | %,d | %d | %s | %s |%n",
              row.parser(),
              row.inputs(),
              row.seconds(),
              row.findings().isEmpty() ? "none" : String.join("; ", row.findings()),
              row.heap() < 0 ? "" : row.heap()));
    }
    return table.toString();
  }

  /**
   * Copies what a build would write anew while this runs.
   *
   * @return the class path with the copies
   */
  private static String frozen() throws IOException {
    List<String> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path original = Path.of(entry).toAbsolutePath().normalize();
      if (original.startsWith(JavaProcess.HOME)) {
        Path copy = CLASSES.resolve(path.size() + "-" + original.getFileName());
        copy(original, copy);
        path.add(copy.toString());
      } else {
        path.add(entry);
      }
    }
    return String.join(File.pathSeparator, path);
  }

  private static void copy(Path original, Path copy) throws IOException {
    try (Stream<Path> files = Files.walk(original)) {
      for (Path file : files.toList()) {
        Path to = copy.resolve(original.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else {
          Files.createDirectories(to.getParent());
          Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  /** One process; what it found is empty when it found nothing. */
  private record Slice(
      String parser, long inputs, long seconds, long heap, long seed, String finding) {
    String line() {
      return String.join("\t", parser, "" + inputs, "" + seconds, "" + heap, "" + seed, finding);
    }

    static Slice read(String line) {
      String[] parts = line.split("\t", 6);
      return new Slice(
          parts[0],
          Long.parseLong(parts[1]),
          Long.parseLong(parts[2]),
          Long.parseLong(parts[3]),
          Long.parseLong(parts[4]),
          parts[5]);
    }
  }

  /**
   * A parser's slices in sum.
   *
   * @param heap of the last slice, in MB
   * @param ended how many slices ended with a finding
   * @param findings each once
   */
  private record Row(
      String parser, long inputs, long seconds, long heap, long ended, List<String> findings) {
    static Row of(String parser, List<Slice> all) {
      List<Slice> own = all.stream().filter(one -> one.parser().equals(parser)).toList();
      return new Row(
          parser,
          own.stream().mapToLong(Slice::inputs).sum(),
          own.stream().mapToLong(Slice::seconds).sum(),
          own.isEmpty() ? -1 : own.get(own.size() - 1).heap(),
          own.stream().filter(one -> !one.finding().isEmpty()).count(),
          own.stream().map(Slice::finding).filter(one -> !one.isEmpty()).distinct().toList());
    }
  }
}

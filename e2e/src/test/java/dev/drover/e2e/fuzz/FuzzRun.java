package dev.drover.e2e.fuzz;

import dev.drover.e2e.harness.JavaProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Some seconds of Jazzer on one parser, or on all in turn, in a process of its own that begins with
 * the samples of the protocol.
 *
 * @param finding the exception that an input led to; empty when there was none
 * @param inputs how many were tried
 * @param seconds how long it took, in seconds
 * @param heap what of its heap was still used in the end, in MB; -1 when it did not say so
 * @param output what Jazzer said
 */
public record FuzzRun(String finding, long inputs, double seconds, long heap, String output) {
  private static final int SECONDS = Integer.getInteger("drover.fuzz.seconds", 16);
  private static final long SEED =
      Long.getLong("drover.fuzz.seed", System.nanoTime() % Integer.MAX_VALUE);
  private static final String ALL = "ALL";
  static final Path TARGET = JavaProcess.HOME.resolve("e2e/target/fuzz");
  private static final Pattern FINDING = Pattern.compile("== Java Exception: (.*)|ERROR: (.*)");
  private static final Pattern RUNS = Pattern.compile("(?m)^#(\\d+)\\s|Done (\\d+) runs");
  private static final Pattern HEAP = Pattern.compile(Fuzzed.HEAP + "(\\d+)");

  /** The names of what is run: all in one process, or each in its own for longer. */
  public static List<String> parsers() {
    return Boolean.getBoolean("drover.fuzz.each")
        ? Arrays.stream(FuzzedParser.values()).map(Enum::name).toList()
        : List.of(ALL);
  }

  /** Runs it with the seed and for the seconds that were asked for. */
  public static FuzzRun of(String parser) throws IOException, InterruptedException {
    return of(parser, SECONDS, SEED, 20, System.getProperty("java.class.path"));
  }

  /**
   * Runs it.
   *
   * @param patience seconds that one input may take
   */
  static FuzzRun of(String parser, int seconds, long seed, int patience, String classpath)
      throws IOException, InterruptedException {
    Path corpus = TARGET.resolve(parser);
    Files.createDirectories(corpus);
    seed(corpus);
    Path said = TARGET.resolve(parser + ".log");
    Process process =
        new ProcessBuilder(command(parser, corpus, seconds, seed, patience, classpath))
            .directory(TARGET.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    Thread end = new Thread(process::destroy);
    Runtime.getRuntime().addShutdownHook(end);
    long begin = System.nanoTime();
    int status = process.waitFor();
    double took = (System.nanoTime() - begin) / 1e9;
    Runtime.getRuntime().removeShutdownHook(end);
    String output = Files.readString(said, StandardCharsets.ISO_8859_1);
    Matcher found = FINDING.matcher(output);
    String finding = found.find() ? found.group() : status == 0 ? "" : "ended with " + status;
    return new FuzzRun(
        finding,
        last(RUNS, output),
        took,
        last(HEAP, output),
        "seed " + seed + "\n" + output.substring(Math.max(0, output.length() - 6_000)));
  }

  /** The last number of this kind; -1 when there is none. */
  private static long last(Pattern pattern, String output) {
    Matcher matcher = pattern.matcher(output);
    long last = -1;
    while (matcher.find()) {
      for (int group = 1; group <= matcher.groupCount(); group++) {
        last = matcher.group(group) == null ? last : Long.parseLong(matcher.group(group));
      }
    }
    return last;
  }

  private static List<String> command(
      String parser, Path corpus, int seconds, long seed, int patience, String classpath) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:+EnableDynamicAgentLoading"));
    command.addAll(List.of("-cp", classpath));
    command.add("-Ddrover.home=" + JavaProcess.HOME);
    if (!parser.equals(ALL)) {
      command.add("-D" + Fuzzed.PARSER + "=" + parser);
    }
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + Fuzzed.class.getName());
    command.add("--instrumentation_includes=dev.drover.**");
    command.add("--disabled_hooks=.*");
    command.add("--reproducer_path=" + TARGET);
    command.add("-max_total_time=" + seconds);
    command.add("-max_len=4096");
    command.add("-timeout=" + patience);
    command.add("-seed=" + seed);
    command.add("-artifact_prefix=" + TARGET.resolve(parser + "-"));
    command.add(corpus.toString());
    return command;
  }

  /** The samples of the protocol, and flows of ours. */
  private static void seed(Path corpus) throws IOException {
    for (String folder : List.of("proto/samples", "routes/shared")) {
      try (Stream<Path> files = Files.walk(JavaProcess.HOME.resolve(folder))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          byte[] sample = Files.readAllBytes(file);
          if (corpus.endsWith(ALL)) {
            for (FuzzedParser parser : FuzzedParser.values()) {
              byte[] chosen = new byte[sample.length + 1];
              chosen[0] = (byte) parser.ordinal();
              System.arraycopy(sample, 0, chosen, 1, sample.length);
              Files.write(corpus.resolve(parser + "-" + file.getFileName()), chosen);
            }
          } else {
            Files.write(corpus.resolve(file.getFileName()), sample);
          }
        }
      }
    }
  }
}

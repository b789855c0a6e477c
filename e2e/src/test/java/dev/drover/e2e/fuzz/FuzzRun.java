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
 * @param output what Jazzer said
 */
public record FuzzRun(String finding, long inputs, String output) {
  private static final int SECONDS = Integer.getInteger("drover.fuzz.seconds", 12);
  private static final long SEED =
      Long.getLong("drover.fuzz.seed", System.nanoTime() % Integer.MAX_VALUE);
  private static final String ALL = "ALL";
  private static final Path TARGET = JavaProcess.HOME.resolve("e2e/target/fuzz");
  private static final Pattern FINDING = Pattern.compile("== Java Exception: (.*)|ERROR: (.*)");
  private static final Pattern DONE = Pattern.compile("Done (\\d+) runs");

  /** The names of what is run: all in one process, or each in its own for longer. */
  public static List<String> parsers() {
    return Boolean.getBoolean("drover.fuzz.each")
        ? Arrays.stream(FuzzedParser.values()).map(Enum::name).toList()
        : List.of(ALL);
  }

  /** Runs it. */
  public static FuzzRun of(String parser) throws IOException, InterruptedException {
    Path corpus = TARGET.resolve(parser);
    Files.createDirectories(corpus);
    seed(corpus);
    Path said = TARGET.resolve(parser + ".log");
    Process process =
        new ProcessBuilder(command(parser, corpus))
            .directory(TARGET.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    int status = process.waitFor();
    String output = Files.readString(said, StandardCharsets.ISO_8859_1);
    Matcher found = FINDING.matcher(output);
    String finding = found.find() ? found.group() : status == 0 ? "" : "ended with " + status;
    return new FuzzRun(
        finding,
        runs(output),
        "seed " + SEED + "\n" + output.substring(Math.max(0, output.length() - 6_000)));
  }

  private static long runs(String output) {
    Matcher done = DONE.matcher(output);
    long runs = 0;
    while (done.find()) {
      runs = Long.parseLong(done.group(1));
    }
    return runs;
  }

  private static List<String> command(String parser, Path corpus) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:+EnableDynamicAgentLoading"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("-Ddrover.home=" + JavaProcess.HOME);
    if (!parser.equals(ALL)) {
      command.add("-D" + Fuzzed.PARSER + "=" + parser);
    }
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + Fuzzed.class.getName());
    command.add("--instrumentation_includes=dev.drover.**");
    command.add("--disabled_hooks=.*");
    command.add("--reproducer_path=" + TARGET);
    command.add("-max_total_time=" + SECONDS);
    command.add("-max_len=4096");
    command.add("-timeout=20");
    command.add("-seed=" + SEED);
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

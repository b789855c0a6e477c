package dev.drover.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Time from the spawn to the first 200 of {@code /health}, and memory five seconds later, of
 * central and orchestrator: as {@code ./drover up} runs them and as a plain {@code java -jar}.
 * Usage: {@code StartUp [runs]}, in the repository.
 */
public final class StartUp {
  private static final String JAVA = System.getProperty("java.home") + "/bin/java";

  private record Run(double seconds, double cpu, double megabytes, double childMegabytes) {}

  /** A process to start; {@code own} holds its environment. */
  private record Subject(String name, Map<String, String> own, int port) {
    Path data() {
      return Path.of("bench/target/start-" + name).toAbsolutePath();
    }
  }

  private StartUp() {}

  /** Runs the benchmark. */
  public static void main(String[] args) throws Exception {
    int runs = args.length > 0 ? Integer.parseInt(args[0]) : 5;
    System.out.println(Machine.line());
    Subject central = central();
    measure(central, runs);
    // an orchestrator that finds its central does all that it has to do at its start
    Process process = start(central, jar(central.name));
    try {
      Machine.await(process, health(central));
      measure(orchestrator(central), runs);
    } finally {
      Machine.stop(process);
    }
    System.exit(0);
  }

  private static Subject central() throws IOException {
    Map<String, String> own = new HashMap<>();
    int port = Machine.freePort();
    own.put("DROVER_PORT", String.valueOf(port));
    own.put("DROVER_GRPC_PORT", String.valueOf(Machine.freePort()));
    own.put("DROVER_KAFKA_PORT", String.valueOf(Machine.freePort()));
    own.put("DROVER_MONGO_PORT", String.valueOf(Machine.freePort()));
    return new Subject("central", own, port);
  }

  private static Subject orchestrator(Subject central) throws IOException {
    Map<String, String> own = new HashMap<>();
    int port = Machine.freePort();
    own.put("DROVER_PORT", String.valueOf(port));
    own.put("DROVER_GRPC_PORT", String.valueOf(Machine.freePort()));
    own.put("DROVER_MQTT_PORT", String.valueOf(Machine.freePort()));
    own.put("CENTRAL_SERVER_URL", "http://127.0.0.1:" + central.port);
    own.put("ENTITY_ID", "bench-mall");
    own.put("ORCHESTRATOR_ID", "bench-orchestrator");
    // as cli's Services sets it: one arena per core costs memory and brings nothing here
    own.put("MALLOC_ARENA_MAX", "2");
    return new Subject("orchestrator", own, port);
  }

  private static void measure(Subject subject, int runs) throws Exception {
    // the first run fills an empty data directory and writes the archive when it ends
    Machine.delete(subject.data());
    Machine.delete(directory(subject.name));
    Run first = run(subject, unpacked(subject.name));
    print(subject.name, "./drover up, the first time", List.of(first));
    print(subject.name, "./drover up", repeat(subject, runs, true));
    print(subject.name, "java -jar", repeat(subject, runs, false));
  }

  private static List<Run> repeat(Subject subject, int runs, boolean unpacked) throws Exception {
    List<Run> all = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      all.add(run(subject, unpacked ? unpacked(subject.name) : jar(subject.name)));
    }
    return all;
  }

  private static Run run(Subject subject, List<String> arguments) throws Exception {
    long begin = System.nanoTime();
    Process process = start(subject, arguments);
    try {
      Machine.await(process, health(subject));
      double seconds = (System.nanoTime() - begin) / 1e9;
      double cpu = Machine.cpu(process);
      Thread.sleep(5000);
      double children = 0;
      for (ProcessHandle child : process.descendants().toList()) {
        children += Machine.resident(child.pid());
      }
      return new Run(seconds, cpu, Machine.resident(process.pid()), children);
    } finally {
      Machine.stop(process);
    }
  }

  private static Process start(Subject subject, List<String> arguments) throws IOException {
    // ./drover up has options of its own
    boolean up = arguments.stream().anyMatch(argument -> argument.startsWith("-XX:"));
    String options = subject.name + (up ? "-up" : "");
    List<String> command = new ArrayList<>(List.of(JAVA, "@config/jvm/" + options + ".options"));
    command.addAll(arguments);
    Map<String, String> environment = new HashMap<>(subject.own);
    environment.put("DROVER_HOME", Path.of("").toAbsolutePath().toString());
    environment.put("DROVER_MANAGEMENT_PORT", String.valueOf(Machine.freePort()));
    return Machine.start(command, environment, subject.data());
  }

  private static String health(Subject subject) {
    return "http://127.0.0.1:" + subject.port + "/health";
  }

  private static List<String> jar(String name) {
    return List.of("-jar", name + "/target/drover-" + name + ".jar");
  }

  private static Path directory(String name) {
    return Path.of("bench/target/unpacked-" + name).toAbsolutePath();
  }

  /** The arguments of cli's UnpackedJar, in a directory of this benchmark. */
  private static List<String> unpacked(String name) throws IOException, InterruptedException {
    Path directory = directory(name);
    Path jar = directory.resolve("drover-" + name + ".jar");
    Path archive = directory.resolve("classes.jsa");
    if (!Files.exists(archive)) {
      List<String> extract =
          List.of(JAVA, "-Djarmode=tools", "-jar", name + "/target/drover-" + name + ".jar");
      List<String> command = new ArrayList<>(extract);
      command.addAll(List.of("extract", "--force", "--destination", directory.toString()));
      new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    }
    String archiving = Files.exists(archive) ? "SharedArchiveFile=" : "ArchiveClassesAtExit=";
    return List.of(
        "-XX:" + archiving + archive,
        "-Xlog:disable",
        "-Xlog:all=error:stderr",
        "-jar",
        jar.toString());
  }

  private static void print(String name, String form, List<Run> runs) throws IOException {
    System.out.printf(
        Locale.ROOT,
        "%-12s %-28s ready in %.1f s  processor %.1f s  resident %.0f MB%s  (%d runs, median; load average %s)%n",
        name,
        form,
        Machine.median(runs.stream().map(Run::seconds).toList()),
        Machine.median(runs.stream().map(Run::cpu).toList()),
        Machine.median(runs.stream().map(Run::megabytes).toList()),
        runs.get(0).childMegabytes > 0
            ? "  its Kafka %.0f MB"
                .formatted(Machine.median(runs.stream().map(Run::childMegabytes).toList()))
            : "",
        runs.size(),
        Machine.load());
  }
}

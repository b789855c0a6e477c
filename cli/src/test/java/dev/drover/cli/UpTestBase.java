package dev.drover.cli;

import dev.drover.cli.run.PidFile;
import dev.drover.cli.run.Ports;
import dev.drover.cli.run.Services;
import dev.drover.cli.run.State;
import dev.drover.engine.crypto.FileKeyProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The real commands as processes, on three small stand-ins for the services. */
abstract class UpTestBase {
  static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path home;
  State state;
  private Path output;
  int offset;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void makeHome() throws IOException {
    state = new State(home.resolve(".drover"));
    output = home.resolve("output.txt");
    Files.createDirectories(home.resolve("config/jvm"));
    for (String name : Services.NAMES) {
      TestJar.write(home.resolve(name + "/target/drover-" + name + ".jar"), FakeService.class);
      Files.writeString(home.resolve("config/jvm/" + name + "-up.options"), "-Xmx32m\n");
    }
    Files.createDirectories(home.resolve("config/demo"));
    Files.writeString(
        home.resolve("config/demo/mall-a.json"),
        "{\"entity\":{\"id\":\"mall-a-uuid\"},\"areas\":[{\"id\":1}]}");
    // as central does before it answers
    new FileKeyProvider(state.data("central").resolve("keys")).signing("central-token");
    offset = freeOffset();
  }

  @AfterEach
  void stopEverything() throws Exception {
    run("down").waitFor();
    started.forEach(Process::destroyForcibly);
  }

  final Process run(String... arguments) throws IOException {
    return run(120, arguments);
  }

  final Process run(int patience, String... arguments) throws IOException {
    Files.deleteIfExists(output);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Ddrover.home=" + home));
    command.addAll(List.of("-Ddrover.up.patience=" + patience, "-Ddrover.up.hang=3", "-cp"));
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(Drover.class.getName());
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    started.add(process);
    return process;
  }

  final String output() throws IOException {
    return Files.exists(output) ? Files.readString(output) : "";
  }

  final List<ProcessHandle> children() {
    return Services.NAMES.stream()
        .map(name -> new PidFile(state.pidFile(name)).process())
        .flatMap(Optional::stream)
        .toList();
  }

  /** Returns an offset at which all default ports are free. */
  private int freeOffset() {
    for (int attempt = 0; attempt < 100; attempt++) {
      int candidate = ThreadLocalRandom.current().nextInt(10_000, 15_000);
      Services services = new Services(home, state, candidate, Map.of());
      if (Ports.taken(services.all()).isEmpty()) {
        return candidate;
      }
    }
    throw new IllegalStateException("no free ports");
  }
}

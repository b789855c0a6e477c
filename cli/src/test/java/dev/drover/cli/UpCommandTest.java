package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.cli.run.PidFile;
import dev.drover.cli.run.Ports;
import dev.drover.cli.run.Services;
import dev.drover.cli.run.State;
import dev.drover.engine.crypto.FileKeyProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the real commands as processes; the three services are small stand-ins. */
class UpCommandTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path home;
  private State state;
  private Path output;
  private int offset;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void makeHome() throws IOException {
    state = new State(home.resolve(".drover"));
    output = home.resolve("output.txt");
    TestJar.write(home.resolve("central/target/drover-central.jar"), FakeService.class);
    TestJar.write(home.resolve("orchestrator/target/drover-orchestrator.jar"), FakeService.class);
    Files.createDirectories(home.resolve("config/jvm"));
    Files.writeString(home.resolve("config/jvm/central-up.options"), "-Xmx32m\n");
    Files.writeString(home.resolve("config/jvm/orchestrator-up.options"), "-Xmx32m\n");
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

  @Test
  void upShowsEventsAndStopsAllWhenAsked() throws Exception {
    Process up = run("up", "--port-offset", Integer.toString(offset));

    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(output()).contains("import_taken", "Ctrl-C stops"));
    assertThat(output())
        .contains("central      ready", "orchestrator ready", "simulator    ready")
        .contains("Imported the demo mall: mall-a-uuid (new), 3 items, seq 7")
        .contains("http://127.0.0.1:" + (3000 + offset))
        .contains(state.log("central").toString());
    List<ProcessHandle> children = children();
    assertThat(children).hasSize(3);

    up.destroy();

    assertThat(up.waitFor()).isEqualTo(143);
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(output()).contains("Stopping", "central      stopped");
    assertThat(state.pidFile("central")).doesNotExist();
  }

  @Test
  void detachedProcessesAreFoundByStatusAndStoppedByDown() throws Exception {
    String[] offsets = {"--port-offset", Integer.toString(offset)};
    assertThat(run("up", "--detach", offsets[0], offsets[1]).waitFor()).isZero();
    assertThat(children()).hasSize(3).allMatch(ProcessHandle::isAlive);

    assertThat(run("status", offsets[0], offsets[1]).waitFor()).isZero();
    assertThat(output()).contains("healthy", "line         whole");
    Files.writeString(
        state.directory().resolve("health-central"),
        """
        {"status":"degraded","problems":[{"check":"event_log","cause":"no broker",
        "since":"2026-11-28T20:00:00Z","remedy":"start one"}]}""");
    assertThat(run("status", offsets[0], offsets[1]).waitFor()).as("it works on").isZero();
    assertThat(output())
        .contains("degraded", "event_log since 2026-11-28T20:00:00Z: no broker; start one");
    assertThat(run("up", offsets[0], offsets[1]).waitFor()).isEqualTo(1);
    assertThat(output()).contains("central already runs (pid ");
    assertThat(run("logs", "central").waitFor()).isZero();
    assertThat(output()).contains("import_taken");

    List<ProcessHandle> children = children();
    assertThat(run("down").waitFor()).isZero();
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(run("status", offsets[0], offsets[1]).waitFor()).isEqualTo(3);
  }

  @Test
  void aProcessThatDiesIsReportedAndTheOthersStop() throws Exception {
    Files.createDirectories(state.directory());
    Files.writeString(state.directory().resolve("break-orchestrator"), "");

    assertThat(run("up", "--port-offset", Integer.toString(offset)).waitFor()).isEqualTo(1);

    assertThat(output())
        .contains("orchestrator ended with exit code 5", "  | broken on purpose")
        .contains("central      stopped");
    assertThat(children()).isEmpty();
  }

  @Test
  void d3AProcessThatDiesIsStartedAgainAndThatIsSaid() throws Exception {
    Process up = run("up", "--port-offset", Integer.toString(offset));
    await().atMost(LIMIT).untilAsserted(() -> assertThat(output()).contains("Ctrl-C stops"));
    ProcessHandle first = new PidFile(state.pidFile("simulator")).process().orElseThrow();

    first.destroyForcibly();

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(output().split("Ctrl-C stops")[1])
                    .contains("simulator ended with exit code 137", "starts again in 1 s")
                    .contains("simulator    ready after"));
    ProcessHandle second = new PidFile(state.pidFile("simulator")).process().orElseThrow();
    second.destroyForcibly();
    await().atMost(LIMIT).untilAsserted(() -> assertThat(output()).contains("again in 2 s"));
    up.destroy();
    assertThat(up.waitFor()).isEqualTo(143);
    assertThat(children()).isEmpty();
  }

  @Test
  void f2AProcessThatLivesAndIsOfNoUseIsEndedAndStartedAgain() throws Exception {
    Process up = run("up", "--port-offset", Integer.toString(offset));
    await().atMost(LIMIT).untilAsserted(() -> assertThat(output()).contains("Ctrl-C stops"));
    ProcessHandle first = new PidFile(state.pidFile("simulator")).process().orElseThrow();

    new ProcessBuilder("kill", "-STOP", String.valueOf(first.pid())).start().waitFor();

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(output().split("Ctrl-C stops")[1])
                    .contains("simulator    hangs: http", "does not answer", "it is ended")
                    .contains("simulator    ready after"));
    assertThat(first.isAlive()).isFalse();
    up.destroy();
    up.waitFor();
    assertThat(children()).isEmpty();
  }

  @Test
  void d3AProcessWhoseSettingsAreWrongIsNotStartedAgain() throws Exception {
    Process up = run("up", "--port-offset", Integer.toString(offset));
    await().atMost(LIMIT).untilAsserted(() -> assertThat(output()).contains("Ctrl-C stops"));
    Files.writeString(state.directory().resolve("refuse-simulator"), "");

    new PidFile(state.pidFile("simulator")).process().orElseThrow().destroyForcibly();

    assertThat(up.waitFor()).isEqualTo(1);
    assertThat(output()).contains("simulator ended with exit code 2", "settings are wrong");
    assertThat(children()).isEmpty();
  }

  @Test
  void d2AProcessThatHangsIsNamedAndOneThatIsSlowIsWaitedFor() throws Exception {
    Files.createDirectories(state.directory());
    Files.writeString(state.directory().resolve("hang-orchestrator"), "");
    Files.writeString(state.directory().resolve("slow-central"), "");

    assertThat(run(3, "up", "--port-offset", Integer.toString(offset)).waitFor()).isEqualTo(1);

    // central logged for twice as long as a process may stand still
    assertThat(output())
        .contains("central      ready after", "orchestrator hangs: for ")
        .contains("it has logged nothing", "  | hangs on purpose", "central      stopped");
    assertThat(children()).isEmpty();
  }

  @Test
  void d1APortInUseIsSaidBeforeAnythingStarts() throws Exception {
    try (ServerSocket taken =
        new ServerSocket(3900 + offset, 1, InetAddress.getLoopbackAddress())) {
      assertThat(run("up", "--port-offset", Integer.toString(offset)).waitFor()).isEqualTo(1);
      assertThat(output())
          .contains(
              "port " + taken.getLocalPort() + " (DROVER_MANAGEMENT_PORT of central) is in use");
    }
    assertThat(children()).isEmpty();
  }

  @Test
  void d1EveryPortIsChecked() throws Exception {
    for (Map.Entry<Integer, String> port :
        Map.of(3051, "DROVER_GRPC_PORT of central", 50051, "DROVER_GRPC_PORT of the mall")
            .entrySet()) {
      try (ServerSocket taken =
          new ServerSocket(port.getKey() + offset, 1, InetAddress.getLoopbackAddress())) {
        assertThat(run("up", "--port-offset", Integer.toString(offset)).waitFor()).isEqualTo(1);
        assertThat(output())
            .contains("port " + taken.getLocalPort() + " (" + port.getValue() + ") is in use");
      }
    }
    Services services = new Services(home, state, 10_000, Map.of());
    assertThat(Ports.lent(services.all()).orElse("")).contains("37017 (DROVER_MONGO_PORT");
    Services low = new Services(home, state, 5_000, Map.of());
    assertThat(Ports.lent(low.all())).isEmpty();
  }

  private Process run(String... arguments) throws IOException {
    return run(120, arguments);
  }

  private Process run(int patience, String... arguments) throws IOException {
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

  private String output() throws IOException {
    return Files.exists(output) ? Files.readString(output) : "";
  }

  private List<ProcessHandle> children() {
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

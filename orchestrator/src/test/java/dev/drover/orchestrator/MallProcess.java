package dev.drover.orchestrator;

import dev.drover.engine.backbone.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A mall in a process of its own with the Java options that are shipped; it can be killed. */
final class MallProcess implements AutoCloseable {
  private static final String HOME = System.getProperty("drover.home");

  final int port = FreePort.pick();
  private final Path output;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private Process process;

  MallProcess(Path data, String central, Map<String, String> more) {
    output = data.resolve("output.log");
    settings.put("drover.home", HOME);
    settings.put("drover.data", data.toString());
    settings.put("drover.port", String.valueOf(port));
    for (String one : List.of("grpc-port", "mqtt.port", "kafka.port", "simulator.line-port")) {
      settings.put("drover." + one, String.valueOf(FreePort.pick()));
    }
    settings.put("server.port", String.valueOf(FreePort.pick()));
    settings.put("drover.central.url", central);
    settings.put("drover.entity-id", FakeCentral.ENTITY);
    settings.put("drover.orchestrator-id", FakeCentral.ORCHESTRATOR);
    settings.put("drover.firmware.directory", data.resolve("firmware").toString());
    settings.put("drover.registration.check-interval", "100");
    settings.put("drover.uplink.retry-delay", "100");
    settings.putAll(more);
  }

  void start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of(HOME, "config/jvm/orchestrator.options"));
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(OrchestratorApplication.class.getName());
    settings.forEach((name, value) -> command.add("--" + name + "=" + value));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
  }

  /**
   * That it has not ended by itself.
   *
   * @throws AssertionError with what it said at last
   */
  void check() throws IOException {
    if (!process.isAlive()) {
      List<String> said = Files.readAllLines(output);
      throw new AssertionError(
          "ended with "
              + process.exitValue()
              + ": "
              + String.join("\n", said.subList(Math.max(0, said.size() - 20), said.size())));
    }
  }

  /** Its resident memory in MB, where the system says it. */
  long resident() throws IOException {
    Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(-1);
  }

  /** kill -9, its broker included. */
  void kill() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly().onExit().join();
    children.forEach(ProcessHandle::destroyForcibly);
    children.forEach(child -> child.onExit().join());
  }

  @Override
  public void close() {
    if (process != null) {
      kill();
    }
  }
}

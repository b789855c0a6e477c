package dev.drover.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A mall's MQTT broker outside the orchestrator, to be killed alone. */
public final class BrokerProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerProcess.class);

  private final Path data;
  private final String host;
  private final int port = Ports.free();
  private Process process;

  /** A broker that is not started yet. */
  public BrokerProcess(Path data, String host) {
    this.data = data;
    this.host = host;
  }

  /** Where clients find it. */
  public String url() {
    return "tcp://" + host + ":" + port;
  }

  /** Starts it without waiting. */
  public void launch() {
    try {
      Path output = JavaProcess.HOME.resolve("e2e/target/processes/broker-" + port + ".log");
      Files.createDirectories(output.getParent());
      process =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "-Xmx128m",
                      "-XX:+UseSerialGC",
                      "-XX:TieredStopAtLevel=1",
                      "-cp",
                      classPath(),
                      ExternalBroker.class.getName(),
                      data.toString(),
                      host,
                      String.valueOf(port)))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Surefire starts its JVM with a jar that only names the others. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** Starts it when it has ended by itself. */
  void revive() {
    if (!process.isAlive()) {
      LOG.warn("the broker ended with {}", process.exitValue());
      launch();
    }
  }

  long pid() {
    return process.pid();
  }

  /** kill -9. */
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  @Override
  public void close() {
    if (process != null) {
      kill();
    }
  }
}

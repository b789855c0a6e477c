package dev.drover.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Where the clients that we did not write are kept, and how they get there. */
public final class Clients {
  private static final Path SOURCES = JavaProcess.HOME.resolve("e2e/clients");

  /** Where scripts and packages are; each JVM of a test run has its own. */
  public static final Path DIRECTORY =
      JavaProcess.HOME.resolve("e2e/target/clients-" + JavaProcess.FORK);

  private static final int PATIENCE_SECONDS = 240;

  private static boolean npmDone;

  private Clients() {}

  /** Ends the test unless the command runs: the client is not tried then. */
  public static void assumeInstalled(String... command) {
    Assumptions.assumeTrue(
        runs(DIRECTORY.resolve("probe.log"), command),
        command[0] + " is not installed: this client is not tried");
  }

  /** The scripts and their packages from npm, installed once per test run. */
  public static Path npm() {
    return Alone.run(Clients::fromNpm);
  }

  private static Path fromNpm() {
    assumeInstalled("node", "--version");
    assumeInstalled("npm", "--version");
    if (!npmDone) {
      copy();
      Path log = DIRECTORY.resolve("npm.log");
      // What npm's cache has, it shall not ask the registry about: offline that takes minutes.
      boolean installed = runs(log, "npm", "ci", "--prefer-offline", "--no-audit", "--no-fund");
      Assumptions.assumeTrue(installed, "npm ci could not fetch the clients, see " + log);
      npmDone = true;
    }
    return DIRECTORY;
  }

  /**
   * Python with grpcio, and the modules that protoc makes of our .proto files.
   *
   * @return the interpreter of the distribution, whose packages these are
   */
  public static Path python() {
    return Alone.run(Clients::withGrpc);
  }

  private static Path withGrpc() {
    Path python = Path.of("/usr/bin/python3");
    copy();
    Path log = DIRECTORY.resolve("python.log");
    if (!runs(log, python.toString(), "-c", "import grpc, google.protobuf, cryptography")
        || !runs(log, "which", "grpc_python_plugin")
        || !runs(log, "protoc", "--version")) {
      boolean root = "root".equals(System.getProperty("user.name"));
      Assumptions.assumeTrue(root, "only root can install python3-grpcio");
      runs(log, "apt-get", "update", "-q");
      boolean installed =
          runs(
              log,
              "apt-get",
              "install",
              "-y",
              "-q",
              "python3-grpcio",
              "python3-protobuf",
              "python3-cryptography",
              "protobuf-compiler",
              "protobuf-compiler-grpc",
              "libprotobuf-dev");
      Assumptions.assumeTrue(installed, "apt-get could not fetch the client, see " + log);
    }
    boolean made =
        runs(
            log,
            "protoc",
            "-I",
            JavaProcess.HOME.resolve("proto/grpc").toString(),
            "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin",
            "--python_out=.",
            "--grpc_python_out=.",
            "navign/orchestrator/sync/sync.proto",
            "orchestrator_sync.proto");
    if (!made) {
      throw new IllegalStateException("protoc failed, see " + log);
    }
    return python;
  }

  /** Makes sure that {@code mosquitto_pub} is there. */
  public static void mosquitto() {
    Alone.run(Clients::withMosquitto);
  }

  private static boolean withMosquitto() {
    Path log = DIRECTORY.resolve("mosquitto.log");
    if (runs(log, "which", "mosquitto_pub")) {
      return true;
    }
    boolean root = "root".equals(System.getProperty("user.name"));
    Assumptions.assumeTrue(root, "only root can install mosquitto-clients");
    runs(log, "apt-get", "update", "-q");
    boolean installed = runs(log, "apt-get", "install", "-y", "-q", "mosquitto-clients");
    Assumptions.assumeTrue(installed, "apt-get could not fetch the client, see " + log);
    return installed;
  }

  private static void copy() {
    try (Stream<Path> files = Files.list(SOURCES)) {
      Files.createDirectories(DIRECTORY);
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(
            file, DIRECTORY.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean runs(Path log, String... command) {
    try {
      Files.createDirectories(DIRECTORY);
      ProcessBuilder builder =
          new ProcessBuilder(List.of(command))
              .directory(DIRECTORY.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
      Process process = builder.start();
      return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

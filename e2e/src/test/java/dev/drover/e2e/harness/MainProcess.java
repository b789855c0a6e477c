package dev.drover.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A class of the tests as a process of its own, to be killed with kill -9 and started again. */
final class MainProcess implements AutoCloseable {
  private final List<String> command = new ArrayList<>();
  private final Path output;
  private Process process;

  /**
   * A process that is not started yet.
   *
   * @param name the name of its log below {@code e2e/target/processes}
   * @param megabytes its heap
   */
  MainProcess(String name, Class<?> main, int megabytes, List<String> options, List<String> args) {
    output = JavaProcess.HOME.resolve("e2e/target/processes/" + name + ".log");
    command.add(JavaProcess.JAVA);
    command.add("-Xmx" + megabytes + "m");
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath(), main.getName()));
    command.addAll(args);
  }

  /** Surefire starts its JVM with a jar that only names the others. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** Starts it without waiting. */
  void launch() {
    try {
      Files.createDirectories(output.getParent());
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean running() {
    return process != null && process.isAlive();
  }

  Path output() {
    return output;
  }

  /** kill -9. */
  void kill() {
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

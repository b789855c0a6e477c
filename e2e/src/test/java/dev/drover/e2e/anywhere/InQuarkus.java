package dev.drover.e2e.anywhere;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.drover.flows.anywhere.FlowsAnywhere;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Camel Quarkus, as the process that its build has made. */
final class InQuarkus implements FlowsAnywhereTest.Runtime {
  @Override
  public String answers(Path home) throws Exception {
    Path jar = home.resolve("quarkus/target/quarkus-app/quarkus-run.jar");
    assumeTrue(Files.exists(jar), "build it with ./mvnw -Pquarkus package");
    Path directory = Files.createTempDirectory("quarkus");
    Path answers = directory.resolve("answers.txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    FlowsAnywhere.settings(home).forEach((name, value) -> command.add("-D" + name + "=" + value));
    command.add("-Danswers=" + answers);
    command.add("-jar");
    command.add(jar.toString());
    Path log = directory.resolve("log.txt");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("Quarkus gave no answers: " + Files.readString(log));
      }
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(answers);
  }
}

package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs a copy of the script in a repository whose build only makes small jars. */
class DroverScriptTest {
  private static final List<String> MODULES =
      List.of("cli", "central", "orchestrator", "simulator");

  @TempDir Path home;
  @TempDir Path elsewhere;

  @BeforeEach
  void makeRepository() throws IOException {
    Path script = Path.of(System.getProperty("drover.home"), "drover");
    Files.copy(script, home.resolve("drover"), StandardCopyOption.COPY_ATTRIBUTES);
    Path jar = home.resolve("prepared.jar");
    TestJar.write(jar, PrintArguments.class);
    StringBuilder build = new StringBuilder("#!/usr/bin/env bash\nset -e\n");
    build.append("echo '[INFO] Building Drover [1/3]'\necho built >> builds.txt\n");
    for (String module : MODULES) {
      Files.createDirectories(home.resolve(module).resolve("src/main/java"));
      Files.writeString(home.resolve(module).resolve("pom.xml"), "<project/>");
      build
          .append("mkdir -p ")
          .append(module)
          .append("/target\ncp prepared.jar ")
          .append(module)
          .append("/target/drover-")
          .append(module)
          .append(".jar\n");
    }
    // as reproducible builds do
    build.append("touch -d 2020-01-01 */target/*.jar\n");
    Files.writeString(home.resolve("pom.xml"), "<project/>");
    Files.createDirectories(home.resolve("proto/openapi"));
    Path mvnw = home.resolve("mvnw");
    Files.writeString(mvnw, build);
    assertThat(mvnw.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void buildsOnceAndRunsFromAnyDirectory() throws Exception {
    Result first = run("token", "--role", "two words");
    Result second = run("status");

    assertThat(first.code()).isZero();
    assertThat(first.text())
        .contains("Building Drover", "[1/3]", "Built in 0:0")
        .contains(home.toRealPath() + " token|--role|two words");
    assertThat(second.text()).doesNotContain("Building").contains("status");
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void buildsAgainWhenASourceIsNewerThanTheJars() throws Exception {
    run("status");
    for (String source :
        List.of("pom.xml", "central/pom.xml", "cli/src/main/java/A.java", "proto/openapi/a.yaml")) {
      int before = builds();
      Path file = home.resolve(source);
      Files.writeString(file, "changed");
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(5)));
      run("status");
      assertThat(builds()).as(source).isEqualTo(before + 1);
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
    }
    int before = builds();
    Files.writeString(home.resolve("README.md"), "no source");
    run("status");
    assertThat(builds()).isEqualTo(before);
  }

  @Test
  void aFailedBuildAndAFailedCommandAreExitCodes() throws Exception {
    run("status");
    assertThat(run("fail").code()).isEqualTo(7);

    Files.writeString(home.resolve("mvnw"), "#!/bin/sh\necho '[ERROR] no luck'\nexit 1\n");
    Files.delete(home.resolve("central/target/drover-central.jar"));
    Result failed = run("status");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.text()).contains("no luck", "the build failed; see ");
  }

  @Test
  void runsOneProcessAloneWithItsOptions() throws Exception {
    run("status");
    Files.createDirectories(home.resolve("config/jvm"));
    Files.writeString(home.resolve("config/jvm/central.options"), "# comment\n-Xmx32m\n");

    assertThat(run("central", "--x=y").text()).endsWith(home.toRealPath() + " --x=y");
    assertThat(run("central", "--help").text()).endsWith(" central|--help");
  }

  @Test
  void saysWhatIsMissingWithoutAJdk() throws Exception {
    ProcessBuilder builder = builder("status");
    builder.environment().put("JAVA_HOME", elsewhere.toString());
    builder.environment().put("PATH", binariesWithoutJava().toString());
    Result result = run(builder);

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.text()).contains("needs a JDK 17 or newer", "JAVA_HOME");
  }

  private record Result(int code, String text) {}

  private Result run(String... arguments) throws Exception {
    return run(builder(arguments));
  }

  private static Result run(ProcessBuilder builder) throws Exception {
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), text.strip());
  }

  private ProcessBuilder builder(String... arguments) {
    ProcessBuilder builder =
        new ProcessBuilder(home.resolve("drover").toString()).directory(elsewhere.toFile());
    builder.command().addAll(List.of(arguments));
    builder.environment().put("JAVA_HOME", jdk());
    return builder;
  }

  private static String jdk() {
    return System.getProperty("java.home");
  }

  /** A directory with what the script calls before it looks for java. */
  private Path binariesWithoutJava() throws IOException {
    Path directory = Files.createDirectory(elsewhere.resolve("commands"));
    for (String name : List.of("bash", "env", "dirname", "readlink", "grep", "find")) {
      for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
        Path file = Path.of(folder, name);
        if (Files.isExecutable(file) && !Files.exists(directory.resolve(name))) {
          Path command = directory.resolve(name);
          Files.writeString(command, "#!/bin/sh\nexec " + file + " \"$@\"\n");
          assertThat(command.toFile().setExecutable(true)).isTrue();
        }
      }
    }
    return directory;
  }

  private int builds() throws IOException {
    return Files.readAllLines(home.resolve("builds.txt")).size();
  }
}

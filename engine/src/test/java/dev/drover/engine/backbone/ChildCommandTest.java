package dev.drover.engine.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildCommandTest {
  @TempDir Path dir;

  @Test
  void aPlainClassPathNamesTheMainClass() {
    assertThat(command("a.jar:b.jar"))
        .endsWith("-Xmx1m", "-cp", "a.jar:b.jar", KafkaBroker.class.getName(), "data", "1");
  }

  @Test
  void aRunnableJarIsEnteredThroughItsLauncher() throws IOException {
    String jar = jar("org.springframework.boot.loader.launch.PropertiesLauncher");
    assertThat(command(jar))
        .endsWith(
            "-Xmx1m",
            "-Dloader.main=" + KafkaBroker.class.getName(),
            "-cp",
            jar,
            "org.springframework.boot.loader.launch.PropertiesLauncher",
            "data",
            "1");
  }

  @Test
  void anOrdinaryJarIsAClassPath() throws IOException {
    assertThat(command(jar("dev.example.Main"))).contains(KafkaBroker.class.getName());
  }

  @Test
  void aChildWritesItsClassArchiveBesideThatOfItsParentAndUsesItAfterwards() throws IOException {
    List<String> parent = List.of("-Xmx1m", "-XX:SharedArchiveFile=" + dir.resolve("classes.jsa"));
    Path archive = dir.resolve("kafka.jsa");

    assertThat(ChildCommand.archive(parent, "kafka.jsa"))
        .contains("-XX:ArchiveClassesAtExit=" + archive);
    Files.createFile(archive);
    assertThat(ChildCommand.archive(parent, "kafka.jsa"))
        .contains("-XX:SharedArchiveFile=" + archive);
    assertThat(ChildCommand.archive(List.of("-Xmx1m"), "kafka.jsa")).isEmpty();
  }

  private static List<String> command(String classPath) {
    return ChildCommand.of(classPath, KafkaBroker.class, List.of("-Xmx1m"), List.of("data", "1"));
  }

  private String jar(String mainClass) throws IOException {
    Path file = dir.resolve("app.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, mainClass);
    new JarOutputStream(Files.newOutputStream(file), manifest).close();
    return file.toString();
  }
}

package dev.drover.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Compose file, images and units agree with each other and with the repository. */
class DeploymentTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));

  @Test
  void d3ComposeStartsEveryServiceAgainAndChecksItsHealth() throws IOException {
    services()
        .forEach(
            (name, service) -> {
              assertThat(service.get("restart")).as(name).isEqualTo("unless-stopped");
              boolean checked =
                  service.containsKey("healthcheck") || dockerfile(service).contains("HEALTHCHECK");
              assertThat(checked).as("health check of %s", name).isTrue();
            });
  }

  @Test
  void d3ComposeMountsTheFlowsAndPublishesTheMall() throws IOException {
    for (String name : List.of("central-server", "orchestrator")) {
      Map<?, ?> service = services().get(name);
      for (String flows : List.of("routes", "kamelets")) {
        assertThat(((List<?>) service.get("volumes")).toString())
            .contains("./" + flows + ":/opt/drover/" + flows + ":ro");
        assertThat(HOME.resolve(flows)).isDirectory();
      }
      for (Object port : (List<?>) service.get("ports")) {
        assertThat(port.toString()).as("plain, so on this machine only").startsWith("127.0.0.1:");
        String inside = port.toString().replaceFirst(".*:", "");
        assertThat(dockerfile(service)).containsPattern("EXPOSE .*\\b" + inside + "\\b");
      }
    }
    assertThat(services().get("orchestrator").get("ports").toString())
        .contains("8081:8081", "50051:50051", "1883:1883");
  }

  @ParameterizedTest
  @ValueSource(strings = {"central", "orchestrator", "simulator"})
  void d3TheImageHasTheCommandAndIsSentWhatItCopies(String name) throws IOException {
    String dockerfile = Files.readString(HOME.resolve("config/docker/" + name + ".Dockerfile"));
    String sent = Files.readString(HOME.resolve(".dockerignore"));
    Matcher copies = Pattern.compile("(?m)^COPY (?:--chmod=\\d+ )?(\\S+) ").matcher(dockerfile);
    int count = 0;
    while (copies.find()) {
      String source = copies.group(1).replaceFirst("/$", "");
      count++;
      assertThat(sent.lines().filter(line -> line.startsWith("!")).map(line -> line.substring(1)))
          .as("%s is sent to the engine", source)
          .anyMatch(line -> source.equals(line) || source.startsWith(line + "/"));
      if (!source.contains("/target/")) {
        assertThat(HOME.resolve(source)).exists();
      }
    }
    assertThat(count).isGreaterThan(5);
    // The jar of the commands looks for its libraries beside itself.
    assertThat(Files.readString(HOME.resolve("cli/pom.xml")))
        .contains("<classpathPrefix>lib/</classpathPrefix>");
    assertThat(dockerfile)
        .contains("COPY cli/target/drover-cli.jar ./\n", "COPY cli/target/lib/ ./lib/\n")
        .contains("/usr/local/bin/drover")
        // without them an edit of a running process would be checked by half of the gate
        .contains("COPY proto/flows/ ./proto/flows/\n");
    assertThat(Files.readAllLines(HOME.resolve(".dockerignore"))).contains("!proto/flows");
    assertThat(Files.isExecutable(HOME.resolve("config/docker/drover"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"central", "orchestrator", "simulator"})
  void d3TheArchiveForUnitsHasWhatTheImageHas(String name) throws IOException {
    String page = Files.readString(HOME.resolve("docs/how-to/run-with-systemd.md"));
    Matcher archive = Pattern.compile("tar czf drover.tgz ([^`]*)```").matcher(page);
    assertThat(archive.find()).isTrue();
    List<String> packed = List.of(archive.group(1).replace("\\", " ").strip().split("\\s+"));
    String dockerfile = Files.readString(HOME.resolve("config/docker/" + name + ".Dockerfile"));
    Matcher copies = Pattern.compile("(?m)^COPY (\\S+) ").matcher(dockerfile);
    while (copies.find()) {
      String source = copies.group(1).replaceFirst("/$", "");
      if (!source.startsWith("--")) {
        assertThat(packed)
            .as("%s is packed", source)
            .anyMatch(path -> source.equals(path) || source.startsWith(path + "/"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"central", "orchestrator"})
  void d3TheUnitStartsAgainButNotWithAWrongSetting(String name) throws IOException {
    String unit = Files.readString(HOME.resolve("config/systemd/drover-" + name + ".service"));
    assertThat(unit)
        .contains("\nRestart=always\n", "\nRestartPreventExitStatus=2\n")
        .contains("\nNoNewPrivileges=yes\n", "\nStateDirectoryMode=0700\n")
        .contains("\nUser=drover\n", "/opt/drover/" + name + "/target/drover-" + name + ".jar\n")
        .doesNotContain("\nWatchdogSec=");
    assertThat(HOME.resolve("config/jvm/" + name + ".options")).exists();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Map<?, ?>> services() throws IOException {
    Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
    Map<String, Object> file = yaml.load(Files.readString(HOME.resolve("docker-compose.yml")));
    Map<String, Map<?, ?>> all = (Map<String, Map<?, ?>>) file.get("services");
    // a place kept free, which nobody starts
    all.remove("tower");
    return all;
  }

  private static String dockerfile(Map<?, ?> service) {
    if (!(service.get("build") instanceof Map<?, ?> build)) {
      return "";
    }
    try {
      return Files.readString(HOME.resolve(build.get("dockerfile").toString()));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}

package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator changes a flow by editing YAML: no build, the same jar, another behaviour. */
class EditedRouteTest {
  @TempDir Path home;

  @Test
  void aStepAddedToARouteOnDiskIsPartOfTheFlow() throws IOException {
    for (String directory : new String[] {"routes", "kamelets", "proto/openapi"}) {
      copy(JavaProcess.HOME.resolve(directory), home.resolve(directory));
    }
    Path route = home.resolve("routes/central/08-operations.camel.yaml");
    Files.writeString(
        route,
        Files.readString(route)
            .replace(
                "            ref: health\n            method: answer\n",
                "            ref: health\n            method: answer\n"
                    + "        - setHeader:\n"
                    + "            id: tag-answer\n"
                    + "            name: ETag\n"
                    + "            expression:\n"
                    + "              constant:\n"
                    + "                expression: edited\n"));
    try (CentralProcess central =
        CentralProcess.alone("edited", Map.of("DROVER_HOME", home.toString()))) {
      central.start();
      assertThat(central.api().get("/health", null).header("ETag")).isEqualTo("edited");
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }
}

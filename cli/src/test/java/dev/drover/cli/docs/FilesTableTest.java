package dev.drover.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.engine.files.DataFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page of files is what the processes and {@code ./drover doctor} go by. */
class FilesTableTest {
  private static final Path PAGE = Path.of("../docs/reference/files.md");

  @Test
  void thePageHasEachFileOfTheTable() throws IOException {
    List<String> rows =
        Files.readAllLines(PAGE).stream()
            .filter(line -> line.startsWith("| central |") || line.startsWith("| orchestrator |"))
            .toList();
    assertThat(rows).containsExactlyElementsOf(DataFile.ALL.stream().map(this::row).toList());
  }

  private String row(DataFile file) {
    return "| %s | `%s` | %s | %s | %s | %s |"
        .formatted(
            file.process(),
            file.path(),
            file.fileClass().word(),
            file.version() == 0 ? "" : file.version(),
            file.damaged(),
            file.remedy());
  }
}

package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Compares what Camel makes of each flow file with what somebody has approved. */
final class ApprovedDumps {
  private static final String COMMAND =
      "./mvnw -q -pl flows -am test -Dtest=ApprovedDumpTest -Dapproved.update=true"
          + " -Dsurefire.failIfNoSpecifiedTests=false";

  private final Path home;
  private final Path approved;
  private final boolean update;

  /** Compares the flows of {@code home}, or rewrites the approved files. */
  ApprovedDumps(Path home, Path approved, boolean update) {
    this.home = home;
    this.approved = approved;
    this.update = update;
  }

  /** Returns a test per flow file, and one that no approved file is left over. */
  Stream<DynamicTest> tests() throws IOException {
    List<Path> flows =
        Stream.concat(
                list(home.resolve("routes"), ".camel.yaml").stream(),
                list(home.resolve("kamelets"), ".kamelet.yaml").stream())
            .toList();
    return Stream.concat(
        flows.stream()
            .map(flow -> DynamicTest.dynamicTest(name(flow).toString(), () -> compare(flow))),
        Stream.of(DynamicTest.dynamicTest("nothing is left over", () -> leftOver(flows))));
  }

  private Path name(Path flow) {
    Path relative = home.relativize(flow);
    return relative.startsWith("routes") ? Path.of("routes").relativize(relative) : relative;
  }

  private Path approvedFile(Path flow) {
    return approved.resolve(name(flow).toString().replaceFirst("\\.yaml$", ".approved.xml"));
  }

  private void compare(Path flow) throws Exception {
    String dump = FlowDump.dump(flow);
    Path file = approvedFile(flow);
    if (update) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, dump);
    }
    assertThat(file)
        .as("no approved dump of %s; read what this writes, then commit it: %s", flow, COMMAND)
        .exists();
    assertThat(dump)
        .as("%s changed; look at the difference, and approve it with %s", flow, COMMAND)
        .isEqualTo(Files.readString(file));
  }

  private void leftOver(List<Path> flows) throws IOException {
    List<Path> expected = flows.stream().map(this::approvedFile).toList();
    for (Path file : list(approved, ".approved.xml")) {
      if (update && !expected.contains(file)) {
        Files.delete(file);
      }
      assertThat(file.toFile().exists() && !expected.contains(file))
          .as("%s belongs to no flow; delete it, or run %s", file, COMMAND)
          .isFalse();
    }
  }

  private static List<Path> list(Path directory, String suffix) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.filter(path -> path.toString().endsWith(suffix)).sorted().toList();
    }
  }
}

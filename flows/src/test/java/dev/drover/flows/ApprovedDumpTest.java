package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class ApprovedDumpTest {
  private static final Path GOOD = Path.of("src/test/resources/flows/good");

  @TempDir Path approved;

  @TestFactory
  Stream<DynamicTest> whatCamelMakesOfOurFlowsIsApproved() throws IOException {
    return new ApprovedDumps(
            Path.of(System.getProperty("drover.home")),
            Path.of("src/test/resources/approved"),
            Boolean.getBoolean("approved.update"))
        .tests();
  }

  @Test
  void aMissingDumpFailsWithTheCommandThatWritesIt() throws IOException {
    List<DynamicTest> tests = new ApprovedDumps(GOOD, approved, false).tests().toList();

    assertThat(tests).hasSize(6);
    assertThatThrownBy(() -> tests.get(0).getExecutable().execute())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("-Dapproved.update=true");
  }

  @Test
  void anApprovedDumpPassesUntilItDiffers() throws Throwable {
    for (DynamicTest test : new ApprovedDumps(GOOD, approved, true).tests().toList()) {
      test.getExecutable().execute();
    }
    DynamicTest first = new ApprovedDumps(GOOD, approved, false).tests().findFirst().orElseThrow();
    first.getExecutable().execute();

    Path file = approved.resolve("central/01-registration.camel.approved.xml");
    assertThat(file).content().contains("id=\"pin-key\"");
    Files.writeString(file, Files.readString(file).replace("pin-key", "other"));
    assertThatThrownBy(() -> first.getExecutable().execute())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("changed");
  }

  @Test
  void aDumpWithoutItsFlowFails() throws IOException {
    Files.writeString(approved.resolve("gone.camel.approved.xml"), "");
    DynamicTest last =
        new ApprovedDumps(GOOD, approved, false).tests().reduce((a, b) -> b).orElseThrow();

    assertThatThrownBy(() -> last.getExecutable().execute())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("belongs to no flow");
  }
}

package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.Requirements;
import dev.drover.e2e.harness.TestReports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each test that docs/reference/requirements.md names ran and passed in this build. It runs after
 * all others, in an execution of its own, and reads their reports; after a run of a part of the
 * tests it is skipped.
 */
@Tag("last")
class RequirementsRunTest {
  /** Tests of the execution that this one is part of, which have no report yet. */
  private static final List<Class<?>> BESIDE =
      List.of(StepCoverageTest.class, RequirementsRunTest.class);

  @Test
  void e1EachNamedTestRanAndPassedInThisBuild() throws IOException {
    String asked = System.getProperty("drover.tests.asked", "");
    // An expression that Maven left as it stands was not given.
    assumeThat(asked.startsWith("$") ? "" : asked)
        .as("a run of named tests only (-Dtest) shows no requirement")
        .isEmpty();
    Instant begin = Instant.parse(System.getProperty("drover.build.begin"));
    TestReports reports = new TestReports(begin);
    try (Stream<Path> modules = Files.list(JavaProcess.HOME)) {
      for (Path module : modules.filter(RequirementsRunTest::hasTests).toList()) {
        assumeThat(reports.read(module.resolve("target/surefire-reports")))
            .as("a run without the module %s shows no requirement", module.getFileName())
            .isPositive();
      }
    }
    assertThat(unshown(Requirements.rows(), reports)).isEmpty();
  }

  private static boolean hasTests(Path module) {
    return Files.isDirectory(module.resolve("src/test/java"));
  }

  private static List<String> unshown(List<Requirements.Row> rows, TestReports reports) {
    List<String> wrong = new ArrayList<>();
    for (Requirements.Row row : rows) {
      for (String test : row.tests()) {
        String type = test.substring(0, test.indexOf('#'));
        boolean beside = BESIDE.stream().anyMatch(one -> one.getSimpleName().equals(type));
        TestReports.Outcome outcome = reports.of(test);
        if (!beside && outcome != TestReports.Outcome.PASSED) {
          wrong.add(
              row.id()
                  + " names "
                  + test
                  + ", which "
                  + (outcome == null ? "did not run" : outcome));
        }
      }
    }
    return wrong;
  }

  @Test
  void e1ATestThatWasSkippedFailedOrIsOldShowsNothing(@TempDir Path directory) throws IOException {
    Instant begin = Instant.now().minusSeconds(60);
    Files.writeString(
        directory.resolve("TEST-a.ATest.xml"),
        """
        <testsuite>
          <testcase name="passes" classname="a.ATest"/>
          <testcase name="each(String)[1]" classname="a.ATest"/>
          <testcase name="each(String)[2]" classname="a.ATest"><skipped/></testcase>
          <testcase name="fails(int)[1]" classname="a.ATest"><failure/></testcase>
          <testcase name="fails(int)[2]" classname="a.ATest"/>
          <testcase name="skipped" classname="a.ATest"><skipped/></testcase>
        </testsuite>
        """);
    Path old =
        Files.writeString(
            directory.resolve("TEST-a.OldTest.xml"),
            "<testsuite><testcase name=\"old\" classname=\"a.OldTest\"/></testsuite>");
    Files.setLastModifiedTime(old, FileTime.from(begin.minusSeconds(1)));
    TestReports reports = new TestReports(begin);
    assertThat(reports.read(directory)).isEqualTo(1);
    List<String> named =
        List.of(
            "ATest#passes",
            "ATest#each",
            "ATest#fails",
            "ATest#skipped",
            "ATest#no",
            "OldTest#old");
    assertThat(unshown(List.of(new Requirements.Row("X-Y-1", true, named, List.of())), reports))
        .containsExactly(
            "X-Y-1 names ATest#fails, which FAILED",
            "X-Y-1 names ATest#skipped, which SKIPPED",
            "X-Y-1 names ATest#no, which did not run",
            "X-Y-1 names OldTest#old, which did not run");
  }
}

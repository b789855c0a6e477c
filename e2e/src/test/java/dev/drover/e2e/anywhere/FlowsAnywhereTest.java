package dev.drover.e2e.anywhere;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.JavaProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A representative set of flow files, unchanged from disk, starts in Spring Boot, camel-main and
 * Camel Quarkus, and gives the same answers in each. The Quarkus application is built with {@code
 * ./mvnw -Pquarkus package}; without it that line is skipped. {@code -Dapproved.update=true} writes
 * the answers down.
 */
class FlowsAnywhereTest {
  private static final Path APPROVED = Path.of("src/test/resources/anywhere/answers.txt");

  private static final Map<Where, Runtime> RUNTIMES =
      Map.of(
          Where.SPRING_BOOT, new InSpringBoot(),
          Where.CAMEL_MAIN, new InCamelMain(),
          Where.CAMEL_QUARKUS, new InQuarkus());

  enum Where {
    SPRING_BOOT,
    CAMEL_MAIN,
    CAMEL_QUARKUS
  }

  /** Starts the flows, asks them, and stops. */
  interface Runtime {
    /** Returns what the flows answered. */
    String answers(Path home) throws Exception;
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  void theFlowsAnswerTheSame(Where where) throws Exception {
    String answers = RUNTIMES.get(where).answers(JavaProcess.HOME);

    if (where == Where.CAMEL_MAIN && Boolean.getBoolean("approved.update")) {
      Files.writeString(APPROVED, answers);
    }
    assertThat(answers).isEqualTo(Files.readString(APPROVED));
  }
}

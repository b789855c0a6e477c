package dev.drover.e2e.harness;

import dev.drover.cli.run.UnpackedJar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/**
 * The runnable jars in the form in which {@code ./drover up} starts them: unpacked, with an archive
 * of their classes. That takes less than half of the processor time of a start, and the tests start
 * and kill more than a hundred processes. A central and a mall that run once, before all others,
 * write the archives.
 */
final class ClassArchives {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private static boolean asked;
  private static boolean writing;

  private ClassArchives() {}

  /** What a JVM needs to run a module. */
  static synchronized List<String> arguments(String module) {
    if (!asked) {
      asked = true;
      Alone.run(ClassArchives::write);
    }
    return jar(module).arguments(writing);
  }

  private static boolean write() {
    if (Files.exists(jar("central").archive()) && Files.exists(jar("orchestrator").archive())) {
      return false;
    }
    writing = true;
    try (CentralProcess central = CentralProcess.alone("class-archives", Map.of());
        OrchestratorProcess mall = OrchestratorProcess.of(central, "class-archives")) {
      central.launch();
      mall.launch();
      central.awaitHealth(PATIENCE);
      mall.awaitHealth(PATIENCE);
      String operator = central.admin();
      Awaitility.await("the mall listens")
          .atMost(PATIENCE)
          .until(
              () ->
                  central
                      .api()
                      .get("/api/orchestrators", operator)
                      .json()
                      .at("/0/connected")
                      .asBoolean());
      // Each writes its archive at its end: both at the same time.
      mall.process().destroy();
      return central.stop(PATIENCE) && mall.stop(PATIENCE);
    } finally {
      writing = false;
    }
  }

  private static UnpackedJar jar(String module) {
    Path jar = JavaProcess.HOME.resolve(module + "/target/drover-" + module + ".jar");
    if (!Files.isRegularFile(jar)) {
      throw new IllegalStateException(jar + " is missing; run ./mvnw package");
    }
    try {
      return UnpackedJar.of(JavaProcess.JAVA, jar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}

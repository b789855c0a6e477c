package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.JavaProcess;
import dev.drover.flows.BundleCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the gate believes to be on a class path is in the jar that people run. */
class CatalogTest {
  private static final String SERVICES = "META-INF/services/org/apache/camel/";

  @ParameterizedTest
  @CsvSource({"central, central", "orchestrator, orchestrator", "simulator, simulator"})
  void everyComponentAndLanguageIsPacked(String bundle, String module) throws IOException {
    Path file = JavaProcess.HOME.resolve("proto/flows/" + bundle + ".catalog.yaml");
    BundleCatalog catalog = BundleCatalog.read(Files.readString(file));
    Set<String> packed = packed(module);

    assertThat(catalog.components()).contains("direct", "sse");
    assertThat(catalog.components()).allMatch(name -> packed.contains("component/" + name));
    assertThat(catalog.languages()).allMatch(name -> packed.contains("language/" + name));
    assertThat(catalog.dataFormats()).allMatch(name -> packed.contains("dataformat/" + name));
  }

  private static Set<String> packed(String module) throws IOException {
    Set<String> names = new TreeSet<>();
    Path jar = JavaProcess.HOME.resolve(module + "/target/drover-" + module + ".jar");
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : file.stream().filter(e -> e.getName().endsWith(".jar")).toList()) {
        try (JarInputStream library = new JarInputStream(file.getInputStream(entry))) {
          for (JarEntry one = library.getNextJarEntry();
              one != null;
              one = library.getNextJarEntry()) {
            if (one.getName().startsWith(SERVICES)) {
              names.add(one.getName().substring(SERVICES.length()));
            }
          }
        }
      }
    }
    return names;
  }
}

package dev.drover.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * The route bundles of a process. A bundle of the name b is the flows in {@code routes/b}, the
 * contract in {@code proto/openapi/b.yaml} and {@code b-*.yaml}, and one auto-configuration with
 * {@link ConditionalOnBundle}.
 */
final class Bundles {
  /** The setting that names those which are on. */
  static final String SETTING = "drover.bundles";

  /** Their auto-configurations are not looked at: there are many of them. */
  private static final List<String> LIBRARIES = List.of("org.springframework.", "org.apache.");

  private Bundles() {}

  /** The bundles that are on, in the order in which they are named. */
  static List<String> on(Environment settings) {
    return Binder.get(settings).bind(SETTING, Bindable.listOf(String.class)).orElse(List.of());
  }

  /** The bundles that this process could load: those whose classes it has. */
  static Set<String> known(ClassLoader loader) {
    Set<String> names = new TreeSet<>();
    for (String candidate : ImportCandidates.load(AutoConfiguration.class, loader)) {
      if (LIBRARIES.stream().noneMatch(candidate::startsWith)) {
        ConditionalOnBundle bundle =
            type(candidate, loader).getAnnotation(ConditionalOnBundle.class);
        if (bundle != null) {
          names.add(bundle.value());
        }
      }
    }
    return names;
  }

  private static Class<?> type(String name, ClassLoader loader) {
    try {
      return Class.forName(name, false, loader);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("an auto-configuration that is named is not there", e);
    }
  }

  /** The contracts of these bundles. */
  static List<Path> contracts(Path home, List<String> bundles) {
    List<Path> contracts = new ArrayList<>();
    Path directory = home.resolve("proto/openapi");
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> all = files.sorted().toList();
      for (String bundle : bundles) {
        contracts.add(directory.resolve(bundle + ".yaml"));
        all.stream()
            .filter(file -> file.getFileName().toString().matches(bundle + "-.*[.]yaml"))
            .forEach(contracts::add);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return contracts;
  }
}

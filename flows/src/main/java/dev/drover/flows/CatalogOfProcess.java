package dev.drover.flows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;

/** Finds out what a running process offers to its flows. */
public final class CatalogOfProcess {
  private static final String SERVICES = "META-INF/services/org/apache/camel/";
  private static final Pattern NAME = Pattern.compile("\"(Drover[A-Z]\\w*)\"");

  /** What only tests have on their class path, this library's own languages among it. */
  private static final Set<String> OF_TESTS = Set.of("mock", "dataset", "dataset-test", "lamp");

  private CatalogOfProcess() {}

  /**
   * Returns a bundle's catalogue as it is in a repository, and as its started process says it must
   * be; with {@code -Dcatalog.update=true} the file is written anew first.
   *
   * @param module folder whose sources name properties and headers, beside those of engine and
   *     proto
   */
  public static Compared compare(CamelContext context, Path home, String bundle, String module) {
    try {
      List<String> beans =
          Files.readAllLines(home.resolve("routes").resolve(bundle).resolve("beans.txt")).stream()
              .map(line -> line.replaceAll("#.*", "").strip())
              .filter(name -> !name.isEmpty())
              .toList();
      List<Path> sources =
          Stream.of("proto", "engine", module)
              .map(name -> home.resolve(name).resolve("src/main/java"))
              .toList();
      String found = of(context, beans, sources).text();
      Path file = home.resolve("proto/flows").resolve(bundle + ".catalog.yaml");
      if (Boolean.getBoolean("catalog.update")) {
        Files.writeString(file, found);
      }
      return new Compared(Files.exists(file) ? Files.readString(file) : "", found);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A catalogue as written, and as found. */
  public record Compared(String written, String found) {}

  /**
   * Returns the catalogue of a started context.
   *
   * @param beans names that flows may use
   * @param sources folders with the Java sources whose text literals name properties and headers
   */
  public static BundleCatalog of(
      CamelContext context, Collection<String> beans, Collection<Path> sources) {
    Map<String, Set<String>> methods = new TreeMap<>();
    for (String bean : beans) {
      Object found = context.getRegistry().lookupByName(bean);
      // a bean of the other queue is not made; nothing is known of its methods
      if (found != null) {
        methods.put(bean, methods(found.getClass()));
      }
    }
    ClassLoader loader = context.getApplicationContextClassLoader();
    return new BundleCatalog(
        methods,
        services(loader, "component"),
        services(loader, "language"),
        services(loader, "dataformat"),
        names(sources));
  }

  private static Set<String> methods(Class<?> type) {
    Set<String> found = new TreeSet<>();
    for (Method method : type.getMethods()) {
      boolean own = method.getDeclaringClass() != Object.class && !method.isBridge();
      if (own && !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic()) {
        found.add(method.getName() + "/" + method.getParameterCount());
      }
    }
    return found;
  }

  private static Set<String> services(ClassLoader loader, String kind) {
    Set<String> names = new TreeSet<>();
    String folder = SERVICES + kind;
    try {
      for (URL url : Collections.list(loader.getResources(folder))) {
        URLConnection connection = url.openConnection();
        if (connection instanceof JarURLConnection jar) {
          jar.getJarFile().stream()
              .filter(entry -> !entry.isDirectory() && entry.getName().startsWith(folder + "/"))
              .forEach(entry -> names.add(entry.getName().substring(folder.length() + 1)));
        } else {
          String[] files = Path.of(url.getPath()).toFile().list();
          names.addAll(files == null ? Set.of() : Arrays.asList(files));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    names.removeAll(OF_TESTS);
    return names;
  }

  private static Set<String> names(Collection<Path> sources) {
    Set<String> names = new TreeSet<>();
    for (Path folder : sources) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          Matcher matcher = NAME.matcher(Files.readString(file));
          while (matcher.find()) {
            names.add(matcher.group(1));
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return names;
  }
}

package dev.drover.flows;

import dev.drover.proto.Plain;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/** Reads routes/, kamelets/ and what they refer to from a repository's directory. */
public final class FlowReader {
  private final Path home;
  private final Path routes;
  private final Path kamelets;

  /** Reads from the given directories; findings name files relative to {@code home}. */
  public FlowReader(Path home, Path routes, Path kamelets) {
    this.home = home.toAbsolutePath().normalize();
    this.routes = routes.toAbsolutePath().normalize();
    this.kamelets = kamelets.toAbsolutePath().normalize();
  }

  /** Reads everything; a file that is no YAML becomes a finding and is left out. */
  public FlowSet read(Findings out) {
    List<RouteFile> files = new ArrayList<>();
    for (Path file : list(routes, ".yaml")) {
      String bundle = routes.relativize(file).getName(0).toString();
      parse(file, out, text -> routeFile(file, bundle, text, out).ifPresent(files::add));
    }
    List<KameletFile> templates = new ArrayList<>();
    for (Path file : list(kamelets, ".yaml")) {
      String simple = file.getFileName().toString().replaceFirst("(\\.kamelet)?\\.yaml$", "");
      parse(file, out, text -> templates.add(KameletFile.of(name(file), simple, text)));
    }
    return new FlowSet(
        files,
        templates,
        names("beans.txt"),
        names("entries.txt"),
        operations(),
        properties(out),
        ofBundles(".catalog.yaml", BundleCatalog::read, out),
        ofBundles(".promises.yaml", Promise::readAll, out));
  }

  /** What is no list of flows gets one finding, not one from each rule. */
  private Optional<RouteFile> routeFile(Path file, String bundle, String text, Findings out) {
    RouteFile read = RouteFile.of(name(file), bundle, text);
    boolean list = !read.root().items().isEmpty();
    if (list && read.root().items().stream().allMatch(item -> !item.entries().isEmpty())) {
      return Optional.of(read);
    }
    out.add(name(file), 1, "no list of flows; write - route: with from: and steps:");
    return Optional.empty();
  }

  private interface Parser {
    void parse(String text);
  }

  private void parse(Path file, Findings out, Parser parser) {
    try {
      parser.parse(Files.readString(file));
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      out.add(name(file), line, "not YAML: " + e.getProblem());
    } catch (ClassCastException e) {
      out.add(name(file), 1, "a value is of another kind than a flow has there");
    } catch (YAMLException e) {
      out.add(name(file), 1, "not YAML: " + Plain.words(e.getMessage()));
    } catch (CharacterCodingException e) {
      out.add(name(file), 1, "not UTF-8: save the file as UTF-8");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String name(Path file) {
    Path shown = file.startsWith(home) ? home.relativize(file) : file;
    return shown.toString().replace('\\', '/');
  }

  private static List<Path> list(Path directory, String suffix) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.filter(p -> p.toString().endsWith(suffix)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Set<String>> names(String fileName) {
    Map<String, Set<String>> result = new LinkedHashMap<>();
    for (Path file : list(routes, "/" + fileName)) {
      Set<String> names = new LinkedHashSet<>();
      try {
        for (String line : Files.readAllLines(file)) {
          String name = line.replaceFirst("#.*", "").strip();
          if (!name.isEmpty()) {
            names.add(name);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      result.put(file.getParent().getFileName().toString(), names);
    }
    return result;
  }

  private <T> Map<String, T> ofBundles(String suffix, Function<String, T> reader, Findings out) {
    Map<String, T> result = new LinkedHashMap<>();
    for (Path file : list(home.resolve("proto/flows"), suffix)) {
      String bundle = file.getFileName().toString().replace(suffix, "");
      parse(file, out, text -> result.put(bundle, reader.apply(text)));
    }
    return result;
  }

  private Map<String, Map<String, String>> operations() {
    Map<String, Map<String, String>> result = new LinkedHashMap<>();
    for (Path file : list(home.resolve("proto/openapi"), ".yaml")) {
      Map<String, String> flows = new LinkedHashMap<>();
      parse(file, new Findings(), text -> operations(YamlReader.read(text), flows));
      result.put(file.getFileName().toString(), flows);
    }
    return result;
  }

  private static void operations(YamlNode node, Map<String, String> flows) {
    String id = node.text("operationId");
    if (!id.isEmpty()) {
      String flow = node.text("x-flow");
      flows.put(id, flow.isEmpty() ? id : flow);
    }
    node.entries().values().forEach(below -> operations(below, flows));
  }

  /** Those of the process that reads, which need not have its sources beside it. */
  private static void ownSettings(Set<String> names) {
    try (InputStream own =
        FlowReader.class.getClassLoader().getResourceAsStream("application.yaml")) {
      if (own != null) {
        String text = new String(own.readAllBytes(), StandardCharsets.UTF_8);
        YamlReader.readAll(text)
            .forEach(
                document -> document.scalars((path, node) -> names.add(String.join(".", path))));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Set<String> properties(Findings out) {
    Set<String> names = new LinkedHashSet<>();
    List<Path> sources = new ArrayList<>();
    for (String module : List.of("central", "orchestrator", "simulator")) {
      sources.addAll(list(home.resolve(module).resolve("src/main/resources"), ".yaml"));
    }
    sources.removeIf(p -> !p.getFileName().toString().startsWith("application"));
    sources.addAll(list(home.resolve("config"), ".yaml"));
    for (Path file : sources) {
      parse(
          file,
          out,
          text ->
              YamlReader.readAll(text)
                  .forEach(
                      document ->
                          document.scalars((path, node) -> names.add(String.join(".", path)))));
    }
    ownSettings(names);
    for (Path file : list(home.resolve("config"), ".properties")) {
      Properties properties = new Properties();
      try (var reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      names.addAll(properties.stringPropertyNames());
    }
    return names;
  }
}

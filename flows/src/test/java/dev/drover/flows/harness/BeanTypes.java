package dev.drover.flows.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The type of each bean that the classes of this project declare, by name: read from their
 * annotations, so that a stub has the methods of the real one and Spring does not start.
 */
final class BeanTypes {
  private static final String BEAN = "org.springframework.context.annotation.Bean";
  private static final String COMPONENT = "org.springframework.stereotype.Component";
  private static final String ROOT = "dev/drover";
  private static final Map<String, Class<?>> TYPES = read();

  private BeanTypes() {}

  /** Returns the type, or fails with what to do. */
  static Class<?> of(String name) {
    Class<?> type = TYPES.get(name);
    if (type == null) {
      throw new IllegalArgumentException(
          "no @Bean method on this class path is named '" + name + "'; give the test its own bean");
    }
    return type;
  }

  private static Map<String, Class<?>> read() {
    Map<String, Class<?>> types = new TreeMap<>();
    try {
      for (URL root : Collections.list(BeanTypes.class.getClassLoader().getResources(ROOT))) {
        for (String name : declaring(root.toURI())) {
          types.putAll(declared(name));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException | ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    return types;
  }

  private static List<String> declaring(URI root) throws IOException {
    if (!root.getScheme().equals("jar")) {
      return declaring(Path.of(root));
    }
    try (FileSystem jar = FileSystems.newFileSystem(root, Map.of())) {
      return declaring(jar.getPath(ROOT));
    }
  }

  private static List<String> declaring(Path root) throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String code = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (code.contains(BEAN.replace('.', '/')) || code.contains(COMPONENT.replace('.', '/'))) {
          String inside = root.relativize(file).toString().replace('/', '.');
          names.add("dev.drover." + inside.substring(0, inside.length() - ".class".length()));
        }
      }
    }
    return names;
  }

  private static Map<String, Class<?>> declared(String className)
      throws ReflectiveOperationException {
    Map<String, Class<?>> types = new TreeMap<>();
    Class<?> declaring = Class.forName(className, false, BeanTypes.class.getClassLoader());
    for (Annotation annotation : declaring.getAnnotations()) {
      if (annotation.annotationType().getName().equals(COMPONENT)) {
        types.put(value(annotation, "value").toString(), declaring);
      }
    }
    for (Method method : declaring.getDeclaredMethods()) {
      for (Annotation annotation : method.getAnnotations()) {
        if (annotation.annotationType().getName().equals(BEAN)) {
          String[] names = (String[]) value(annotation, "value");
          types.put(names.length == 0 ? method.getName() : names[0], method.getReturnType());
        }
      }
    }
    return types;
  }

  private static Object value(Annotation annotation, String name)
      throws ReflectiveOperationException {
    return annotation.annotationType().getMethod(name).invoke(annotation);
  }
}

package dev.drover.flows;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;

/** Camel's catalogue and the components of our own whose descriptors lie on the class path. */
public final class Components {
  private final CamelCatalog catalog = new DefaultCamelCatalog(true);
  private final ClassLoader loader = Components.class.getClassLoader();
  private final Set<String> stock = new HashSet<>(catalog.findComponentNames());

  /** Prepares the catalogue, with the nearest names as suggestions for unknown options. */
  public Components() {
    catalog.setSuggestionStrategy(new NearestNames());
  }

  /** Returns the catalogue; ask {@link #knows} for a scheme before asking it for that scheme. */
  public CamelCatalog catalog() {
    return catalog;
  }

  /** Returns whether the scheme is one of Camel's, or one of ours with a descriptor. */
  public boolean knows(String scheme) {
    return catalog.componentModel(scheme) != null || register(scheme);
  }

  /** Returns whether Camel brings this component, so that Camel K can name its artifact. */
  public boolean isStock(String scheme) {
    return stock.contains(scheme);
  }

  private boolean register(String scheme) {
    String type = componentClass(scheme);
    if (type == null) {
      return false;
    }
    String folder = type.substring(0, type.lastIndexOf('.')).replace('.', '/');
    for (String path :
        List.of("META-INF/" + folder, folder, "META-INF/dev/drover", "META-INF/org/apache/camel")) {
      String descriptor = read(path + "/" + scheme + ".json");
      if (descriptor != null) {
        catalog.addComponent(scheme, type, descriptor);
        return catalog.componentModel(scheme) != null;
      }
    }
    return false;
  }

  private String componentClass(String scheme) {
    String text = read("META-INF/services/org/apache/camel/component/" + scheme);
    if (text == null) {
      return null;
    }
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("class");
  }

  private String read(String resource) {
    try (InputStream in = loader.getResourceAsStream(resource)) {
      return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

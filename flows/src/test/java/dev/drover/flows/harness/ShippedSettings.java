package dev.drover.flows.harness;

import dev.drover.flows.YamlNode;
import dev.drover.flows.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings that a process ships, read from its application.yaml without Spring: what an
 * operator gets who sets nothing.
 */
public final class ShippedSettings {
  private static final Pattern INNERMOST = Pattern.compile("\\$\\{([^${}:]+)(?::([^${}]*))?}");

  private ShippedSettings() {}

  /**
   * Returns every setting with its default; environment variables are not looked at.
   *
   * @param applicationYaml the file; only its first document, which no profile changes
   */
  public static Properties read(Path applicationYaml) throws IOException {
    YamlNode document = YamlReader.readAll(Files.readString(applicationYaml)).get(0);
    Map<String, String> raw = new LinkedHashMap<>();
    document.scalars((path, node) -> raw.put(String.join(".", path), node.asText()));
    Properties settings = new Properties();
    raw.forEach((name, value) -> settings.setProperty(name, resolve(value, raw)));
    return settings;
  }

  private static String resolve(String value, Map<String, String> raw) {
    String text = value;
    Matcher found = INNERMOST.matcher(text);
    while (found.find()) {
      String known = raw.get(found.group(1));
      String instead = known != null ? resolve(known, raw) : found.group(2);
      text =
          text.substring(0, found.start())
              + (instead == null ? "" : instead)
              + text.substring(found.end());
      found = INNERMOST.matcher(text);
    }
    return text;
  }
}

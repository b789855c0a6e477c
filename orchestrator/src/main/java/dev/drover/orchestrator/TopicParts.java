package dev.drover.orchestrator;

import java.nio.charset.StandardCharsets;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/**
 * Resolves {@code ${topic-part.<setting>}}: the setting's value as a part of a Kafka topic's name.
 * An id may have characters that a topic may not. Letters, digits and dashes stay as they are,
 * every other byte becomes {@code _} and two hexadecimal digits; so two values never become the
 * same, and none has a dot, which separates parts.
 */
final class TopicParts implements EnvironmentPostProcessor {
  private static final String PREFIX = "topic-part.";

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    environment
        .getPropertySources()
        .addLast(
            // Not the environment itself as its source: whoever walks the sources would walk for
            // ever.
            new PropertySource<>("topic-parts") {
              @Override
              public String getProperty(String name) {
                return name.startsWith(PREFIX)
                    ? part(environment.getProperty(name.substring(PREFIX.length()), ""))
                    : null;
              }
            });
  }

  static String part(String value) {
    StringBuilder part = new StringBuilder();
    for (byte one : value.getBytes(StandardCharsets.UTF_8)) {
      boolean stays = one == '-' || one >= 0 && one < 128 && Character.isLetterOrDigit(one);
      part.append(stays ? String.valueOf((char) one) : String.format("_%02x", one));
    }
    return part.toString();
  }
}

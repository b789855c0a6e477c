package dev.drover.central;

import dev.drover.engine.start.HeldPorts;
import dev.drover.engine.start.KeptKeys;
import dev.drover.engine.start.PrivateFiles;
import dev.drover.engine.start.SettingsCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;

/** Before anything starts: every setting is read and every port is taken. */
final class StartChecks implements ApplicationContextInitializer<ConfigurableApplicationContext> {
  private static final Logger LOG = LoggerFactory.getLogger("protocol");
  private static final Set<String> NOT_OURS =
      Set.of("spring.profiles.active", "server.port", "server.address");

  private static final String LOOPBACK = "127.0.0.1";

  @Override
  public void initialize(ConfigurableApplicationContext context) {
    ConfigurableEnvironment environment = context.getEnvironment();
    SettingsCheck check =
        new SettingsCheck("central", defaults("application.yaml"), environment::getProperty);
    check.run();
    check
        .unknown(given(environment), defaults("settings/orchestrator/application.yaml"))
        .ifPresent(text -> LOG.atWarn().addKeyValue("event", "unknown_settings").log(text));
    HeldPorts ports =
        HeldPorts.take(
            wanted(environment),
            text -> LOG.atWarn().addKeyValue("event", "port_awaited").log(text));
    context.addApplicationListener(
        (ApplicationListener<ContextClosedEvent>) closed -> ports.close());
    // Only now: a start that is refused leaves nothing behind.
    Path data = Path.of(environment.getProperty("drover.data"));
    PrivateFiles.close(data);
    DataCheck files = new DataCheck(data);
    files.run(
        environment.getProperty("drover.mongo.url", "").isBlank(),
        new KeptKeys(Path.of(environment.getProperty("drover.keys")), System.getenv()));
    context.addApplicationListener(
        (ApplicationListener<ApplicationReadyEvent>) ready -> files.used());
    context.addApplicationListener(
        (ApplicationListener<ApplicationReadyEvent>) ready -> PrivateFiles.close(data));
  }

  private static List<HeldPorts.Wanted> wanted(ConfigurableEnvironment settings) {
    String bind = settings.getProperty("drover.bind");
    List<HeldPorts.Wanted> ports = new ArrayList<>();
    ports.add(port("DROVER_PORT", bind, "drover.port", settings));
    ports.add(port("DROVER_GRPC_PORT", bind, "drover.grpc.port", settings));
    String management = settings.getProperty("server.address");
    ports.add(port("DROVER_MANAGEMENT_PORT", management, "server.port", settings));
    if (settings.getProperty("drover.kafka.external", "").isBlank()) {
      ports.add(
          HeldPorts.Wanted.ofChild(
              "DROVER_KAFKA_PORT",
              LOOPBACK,
              settings.getProperty("drover.kafka.port", Integer.class, 0)));
    }
    if (settings.getProperty("drover.mongo.url", "").isBlank()) {
      ports.add(port("DROVER_MONGO_PORT", LOOPBACK, "drover.mongo.port", settings));
    }
    return ports;
  }

  private static HeldPorts.Wanted port(
      String setting, String host, String name, ConfigurableEnvironment settings) {
    return new HeldPorts.Wanted(setting, host, settings.getProperty(name, Integer.class, 0));
  }

  /** Each setting with its default as it is written. */
  private static Map<String, String> defaults(String file) {
    Map<String, String> defaults = new LinkedHashMap<>();
    try {
      PropertySource<?> first =
          new YamlPropertySourceLoader().load(file, new ClassPathResource(file)).get(0);
      for (String name : ((EnumerablePropertySource<?>) first).getPropertyNames()) {
        if (name.startsWith("drover.") || NOT_OURS.contains(name)) {
          defaults.put(name, String.valueOf(first.getProperty(name)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return defaults;
  }

  /** What was given as environment variables, as arguments and in files. */
  private static Set<String> given(ConfigurableEnvironment environment) {
    Set<String> names = new TreeSet<>(System.getenv().keySet());
    for (PropertySource<?> source : environment.getPropertySources()) {
      boolean javas =
          source.getName().equals(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME);
      if (!javas && source instanceof EnumerablePropertySource<?> enumerable) {
        names.addAll(List.of(enumerable.getPropertyNames()));
      }
    }
    return names;
  }
}

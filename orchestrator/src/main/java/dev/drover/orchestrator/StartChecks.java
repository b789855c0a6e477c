package dev.drover.orchestrator;

import dev.drover.engine.start.HeldPorts;
import dev.drover.engine.start.KeptKeys;
import dev.drover.engine.start.PrivateFiles;
import dev.drover.engine.start.SettingsCheck;
import dev.drover.orchestrator.store.StoreCheck;
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
        new SettingsCheck("orchestrator", defaults("application.yaml"), environment::getProperty);
    boolean simulator = "simulator".equals(environment.getProperty("drover.bundle"));
    if (!simulator) {
      check.require("drover.entity-id", "drover.orchestrator-id");
    }
    check.run();
    check
        .unknown(given(environment), defaults("settings/central/application.yaml"))
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
    if (!simulator) {
      String keys = environment.getProperty("drover.keys", "");
      Path directory = keys.isBlank() ? data.resolve("keys") : Path.of(keys);
      new StoreCheck(data, new KeptKeys(directory, System.getenv())).run();
    }
    context.addApplicationListener(
        (ApplicationListener<ApplicationReadyEvent>) ready -> PrivateFiles.close(data));
  }

  private static List<HeldPorts.Wanted> wanted(ConfigurableEnvironment settings) {
    boolean tls = isSet("drover.tls.certificate", settings);
    String open = settings.getProperty("drover.bind");
    String plain = tls ? LOOPBACK : open;
    List<HeldPorts.Wanted> ports = new ArrayList<>();
    ports.add(port("DROVER_PORT", plain, "drover.port", settings));
    String management = settings.getProperty("server.address");
    ports.add(port("DROVER_MANAGEMENT_PORT", management, "server.port", settings));
    if (tls) {
      ports.add(port("DROVER_HTTPS_PORT", open, "drover.https-port", settings));
    }
    if ("simulator".equals(settings.getProperty("drover.bundle"))) {
      ports.add(port("DROVER_LINE_PORT", open, "drover.simulator.line-port", settings));
      return ports;
    }
    ports.add(port("DROVER_GRPC_PORT", open, "drover.grpc-port", settings));
    if (!isSet("drover.mqtt.url", settings)) {
      ports.add(port("DROVER_MQTT_PORT", plain, "drover.mqtt.port", settings));
      if (tls) {
        ports.add(port("DROVER_MQTT_TLS_PORT", open, "drover.mqtt.tls-port", settings));
      }
    }
    boolean kafka = "kafka".equals(settings.getProperty("drover.queue"));
    if (kafka && !isSet("drover.kafka.external", settings)) {
      ports.add(
          HeldPorts.Wanted.ofChild(
              "DROVER_KAFKA_PORT",
              LOOPBACK,
              settings.getProperty("drover.kafka.port", Integer.class, 0)));
    }
    return ports;
  }

  private static boolean isSet(String name, ConfigurableEnvironment settings) {
    return !settings.getProperty(name, "").isBlank();
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

package dev.drover.process;

import dev.drover.engine.start.HeldPorts;
import dev.drover.engine.start.PrivateFiles;
import dev.drover.engine.start.SettingsCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
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
public abstract class StartChecks
    implements ApplicationContextInitializer<ConfigurableApplicationContext> {
  /** The address of what only this machine may reach. */
  protected static final String LOOPBACK = "127.0.0.1";

  private static final String OLD_BUNDLE = "drover.bundle";
  private static final String NEW_BUNDLES =
      "name the bundles in DROVER_BUNDLES (drover.bundles), or leave it out;"
          + " the simulated mall is a process of its own, drover-simulator.jar";

  private static final Logger LOG = LoggerFactory.getLogger("protocol");
  private static final Set<String> NOT_OURS =
      Set.of("spring.profiles.active", "server.port", "server.address");

  private final String process;
  private final List<String> others;

  /**
   * Checks of one process.
   *
   * @param process its name
   * @param others the processes whose settings may be in its environment too
   */
  protected StartChecks(String process, List<String> others) {
    this.process = process;
    this.others = others;
  }

  /** Settings that must have a value. */
  protected List<String> required(ConfigurableEnvironment settings) {
    return List.of();
  }

  /** The ports that it opens. */
  protected abstract List<HeldPorts.Wanted> ports(ConfigurableEnvironment settings);

  /** Refuses the start when the data are not those of this process, or cannot be used. */
  protected void checkData(Path data, ConfigurableApplicationContext context) {
    // a process that keeps nothing
  }

  @Override
  public final void initialize(ConfigurableApplicationContext context) {
    ConfigurableEnvironment environment = context.getEnvironment();
    SettingsCheck check =
        new SettingsCheck(process, defaults("application.yaml"), name -> value(name, environment))
            .oneOf(Bundles.SETTING, Bundles.known(context.getClassLoader()))
            .retired(OLD_BUNDLE, NEW_BUNDLES)
            .require(required(environment).toArray(String[]::new));
    check.run();
    Map<String, String> foreign = new LinkedHashMap<>();
    others.forEach(one -> foreign.putAll(defaults("settings/" + one + "/application.yaml")));
    check
        .unknown(given(environment), foreign)
        .ifPresent(text -> LOG.atWarn().addKeyValue("event", "unknown_settings").log(text));
    HeldPorts ports =
        HeldPorts.take(
            ports(environment),
            text -> LOG.atWarn().addKeyValue("event", "port_awaited").log(text));
    context.addApplicationListener(
        (ApplicationListener<ContextClosedEvent>) closed -> ports.close());
    // Only now: a start that is refused leaves nothing behind.
    Path data = Path.of(environment.getProperty("drover.data"));
    PrivateFiles.close(data);
    checkData(data, context);
    context.addApplicationListener(
        (ApplicationListener<ApplicationReadyEvent>) ready -> PrivateFiles.close(data));
  }

  /** As it is given; a list in one line, however it is written. */
  private static String value(String name, ConfigurableEnvironment settings) {
    return name.equals(Bundles.SETTING)
        ? String.join(",", Bundles.on(settings))
        : settings.getProperty(name);
  }

  /** Whether a setting has a value. */
  protected static boolean isSet(String name, ConfigurableEnvironment settings) {
    return !settings.getProperty(name, "").isBlank();
  }

  /** A port of the process itself. */
  protected static HeldPorts.Wanted port(
      String variable, String host, String name, ConfigurableEnvironment settings) {
    return new HeldPorts.Wanted(variable, host, settings.getProperty(name, Integer.class, 0));
  }

  /** A port that a child of the process opens, on the loopback. */
  protected static HeldPorts.Wanted portOfChild(
      String variable, String name, ConfigurableEnvironment settings) {
    return HeldPorts.Wanted.ofChild(
        variable, LOOPBACK, settings.getProperty(name, Integer.class, 0));
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

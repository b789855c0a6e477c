package dev.drover.process;

import dev.drover.engine.start.StartRefused;
import dev.drover.flows.live.FlowHistory;
import dev.drover.flows.live.StartFlows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/** Resolves {@code ${bundle-flows}}: where the flows of the bundles lie that are on. */
final class BundleFlows implements EnvironmentPostProcessor {
  private static final String NAME = "bundle-flows";

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    environment.getPropertySources().addLast(new ChosenFlows(environment));
  }

  /** Chooses when it is asked first, since the settings are all there by then. */
  static final class ChosenFlows extends PropertySource<Object> {
    private final ConfigurableEnvironment environment;
    private StartFlows chosen;

    // Not the environment itself as its source: whoever walks the sources would walk for ever.
    private ChosenFlows(ConfigurableEnvironment environment) {
      super(NAME);
      this.environment = environment;
    }

    static StartFlows of(ConfigurableEnvironment environment) {
      return ((ChosenFlows) environment.getPropertySources().get(NAME)).chosen();
    }

    @Override
    public String getProperty(String name) {
      return name.equals(NAME)
          ? chosen().files().values().stream()
              .map(file -> "file:" + file)
              .collect(Collectors.joining(","))
          : null;
    }

    private synchronized StartFlows chosen() {
      if (chosen == null) {
        Path home = home(environment);
        try {
          chosen =
              StartFlows.choose(
                  directory(environment), home, home.resolve("routes"), folders(environment));
        } catch (FlowHistory.DamagedHistory e) {
          throw new StartRefused(StartRefused.FAILED, e.getMessage());
        }
      }
      return chosen;
    }
  }

  static Path home(ConfigurableEnvironment environment) {
    return Path.of(environment.getProperty("drover.home", ".")).toAbsolutePath().normalize();
  }

  /** Where the process keeps its history of flows. */
  static Path directory(ConfigurableEnvironment environment) {
    return Path.of(environment.getProperty("drover.data", ".")).resolve("flows").toAbsolutePath();
  }

  /** The directories below routes/ whose files run together. */
  static List<String> folders(ConfigurableEnvironment environment) {
    List<String> folders = new ArrayList<>(Bundles.on(environment));
    folders.add("shared");
    return folders;
  }
}

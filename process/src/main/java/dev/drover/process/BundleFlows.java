package dev.drover.process;

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
    environment
        .getPropertySources()
        .addLast(
            // Not the environment itself as its source: whoever walks the sources would walk for
            // ever.
            new PropertySource<>(NAME) {
              @Override
              public String getProperty(String name) {
                return name.equals(NAME) ? Bundles.flows(Bundles.on(environment)) : null;
              }
            });
  }
}

package dev.drover.quarkus;

import dev.drover.flows.anywhere.FlowsAnywhere;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.camel.quarkus.main.events.BeforeConfigure;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What the flows name, bound before they are read. */
@Singleton
public class QuarkusBeans {
  private final FlowsAnywhere flows;

  /** Makes them from the repository. */
  public QuarkusBeans(@ConfigProperty(name = "drover.home") String home) throws IOException {
    this.flows = new FlowsAnywhere(Path.of(home));
  }

  void bind(@Observes BeforeConfigure event) {
    flows.beans().forEach(event.getCamelContext().getRegistry()::bind);
  }

  FlowsAnywhere flows() {
    return flows;
  }
}

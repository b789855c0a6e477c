package dev.drover.central;

import dev.drover.engine.start.HeldPorts;
import dev.drover.engine.start.KeptKeys;
import dev.drover.process.StartChecks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

/** What central looks at before anything starts: its settings, its ports, its data. */
final class CentralStartChecks extends StartChecks {
  CentralStartChecks() {
    super("central", List.of("orchestrator", "simulator"));
  }

  @Override
  protected void checkData(Path data, ConfigurableApplicationContext context) {
    ConfigurableEnvironment settings = context.getEnvironment();
    DataCheck files = new DataCheck(data);
    files.run(
        !isSet("drover.mongo.url", settings),
        new KeptKeys(Path.of(settings.getProperty("drover.keys")), System.getenv()));
    context.addApplicationListener(
        (ApplicationListener<ApplicationReadyEvent>) ready -> files.used());
  }

  @Override
  protected List<HeldPorts.Wanted> ports(ConfigurableEnvironment settings) {
    String bind = settings.getProperty("drover.bind");
    List<HeldPorts.Wanted> ports = new ArrayList<>();
    ports.add(port("DROVER_PORT", bind, "drover.port", settings));
    ports.add(port("DROVER_GRPC_PORT", bind, "drover.grpc.port", settings));
    String management = settings.getProperty("server.address");
    ports.add(port("DROVER_MANAGEMENT_PORT", management, "server.port", settings));
    if (!isSet("drover.kafka.external", settings)) {
      ports.add(portOfChild("DROVER_KAFKA_PORT", "drover.kafka.port", settings));
    }
    if (!isSet("drover.mongo.url", settings)) {
      ports.add(port("DROVER_MONGO_PORT", LOOPBACK, "drover.mongo.port", settings));
    }
    return ports;
  }
}

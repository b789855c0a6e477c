package dev.drover.orchestrator;

import dev.drover.engine.start.HeldPorts;
import dev.drover.engine.start.KeptKeys;
import dev.drover.orchestrator.store.StoreCheck;
import dev.drover.process.StartChecks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

/** What a mall looks at before anything starts: its settings, its ports, its stores. */
final class MallStartChecks extends StartChecks {
  MallStartChecks() {
    super("orchestrator", List.of("central", "simulator"));
  }

  @Override
  protected List<String> required(ConfigurableEnvironment settings) {
    return List.of("drover.entity-id", "drover.orchestrator-id");
  }

  @Override
  protected void checkData(Path data, ConfigurableApplicationContext context) {
    String keys = context.getEnvironment().getProperty("drover.keys", "");
    Path directory = keys.isBlank() ? data.resolve("keys") : Path.of(keys);
    new StoreCheck(data, new KeptKeys(directory, System.getenv())).run();
  }

  @Override
  protected List<HeldPorts.Wanted> ports(ConfigurableEnvironment settings) {
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
    ports.add(port("DROVER_GRPC_PORT", open, "drover.grpc-port", settings));
    if (!isSet("drover.mqtt.url", settings)) {
      ports.add(port("DROVER_MQTT_PORT", plain, "drover.mqtt.port", settings));
      if (tls) {
        ports.add(port("DROVER_MQTT_TLS_PORT", open, "drover.mqtt.tls-port", settings));
      }
    }
    boolean kafka = "kafka".equals(settings.getProperty("drover.queue"));
    if (kafka && !isSet("drover.kafka.external", settings)) {
      ports.add(portOfChild("DROVER_KAFKA_PORT", "drover.kafka.port", settings));
    }
    return ports;
  }
}

package dev.drover.e2e.harness;

import dev.drover.engine.backbone.ArtemisConfig;
import dev.drover.engine.backbone.EmbeddedArtemis;
import dev.drover.engine.backbone.MqttAction;
import dev.drover.engine.backbone.MqttAuthoriser;
import dev.drover.engine.backbone.MqttLogin;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Duration;
import java.util.Optional;

/** An MQTT broker as a process of its own: everybody may do everything. */
public final class ExternalBroker {
  private ExternalBroker() {}

  /** Runs until it is killed; the arguments are directory, address and port. */
  public static void main(String[] args) {
    MqttAuthoriser anybody =
        new MqttAuthoriser() {
          @Override
          public Optional<Principal> authenticate(MqttLogin login) {
            return Optional.of(login::clientId);
          }

          @Override
          public boolean allows(Principal identity, String topic, MqttAction action) {
            return true;
          }
        };
    ArtemisConfig config =
        new ArtemisConfig(
            Path.of(args[0]),
            args[1],
            Integer.parseInt(args[2]),
            Optional.empty(),
            Duration.ofDays(30));
    new EmbeddedArtemis(config, anybody).start();
  }
}

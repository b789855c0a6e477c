package dev.drover.orchestrator.mall;

import dev.drover.engine.backbone.MqttAction;
import dev.drover.engine.backbone.MqttAuthoriser;
import dev.drover.engine.backbone.MqttLogin;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.Principal;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Who may use the mall's broker: beacons, each for its own topics, and the mall's own process. That
 * connects as {@code drover} with the secret {@code mqtt-internal} of the key directory, in
 * hexadecimal, and with client ids that begin with {@code drover-}.
 */
public final class MallMqttAccess implements MqttAuthoriser {
  /** The user name of the mall's own process. */
  public static final String USER = "drover";

  /** The name of its secret in the key directory. */
  public static final String SECRET = "mqtt-internal";

  /** What the client ids of the mall's own process begin with. */
  public static final String CLIENT_PREFIX = "drover-";

  private static final int OWN_PACKET_BYTES = 32 << 20;

  private record Own() implements Principal {
    @Override
    public String getName() {
      return USER;
    }
  }

  private final byte[] password;
  private final MqttAuthoriser beacons;

  /** Access for who knows this secret, and for beacons. */
  public MallMqttAccess(byte[] secret, MqttAuthoriser beacons) {
    this.beacons = beacons;
    this.password = password(secret).getBytes(StandardCharsets.US_ASCII);
  }

  /** The password that this secret makes. */
  public static String password(byte[] secret) {
    return HexFormat.of().formatHex(secret);
  }

  @Override
  public Optional<Principal> authenticate(MqttLogin login) {
    byte[] shown = login.password().orElse("").getBytes(StandardCharsets.UTF_8);
    if (!login.username().equals(Optional.of(USER))) {
      return beacons.authenticate(login);
    }
    boolean own =
        login.clientId().startsWith(CLIENT_PREFIX) && MessageDigest.isEqual(password, shown);
    return own ? Optional.of(new Own()) : Optional.empty();
  }

  @Override
  public boolean allows(Principal identity, String topic, MqttAction action) {
    return identity instanceof Own || beacons.allows(identity, topic, action);
  }

  /** What this process queues for central may be as large as an upload. */
  @Override
  public int maxPacketBytes(Principal identity, int usual) {
    return identity instanceof Own ? OWN_PACKET_BYTES : usual;
  }
}

package dev.drover.orchestrator.beacon;

import dev.drover.engine.backbone.MqttAction;
import dev.drover.engine.backbone.MqttAuthoriser;
import dev.drover.engine.backbone.MqttLogin;
import dev.drover.engine.guard.Limit;
import dev.drover.engine.guard.RateWindows;
import java.security.Principal;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Beacons at the mall's MQTT broker: the user name and the client id are the device id, the
 * password is {@code <nonce>.<signature over the nonce's text bytes>}. A beacon writes its own
 * heartbeats and access logs, as often as over HTTP. It reads that data of the mall has changed,
 * the news of one firmware target at a time, and the commands to itself; nothing else.
 */
public final class BeaconMqttAccess implements MqttAuthoriser {
  private static final String CHANGES = "mall/data_update";

  /** One level, and no wildcard. */
  private static final Pattern FIRMWARE = Pattern.compile("firmware/[^/+#]+");

  private record Identity(Beacon beacon) implements Principal {
    @Override
    public String getName() {
      return beacon.deviceId();
    }
  }

  private final BeaconStore store;
  private final DeviceSignature signature;
  private final ShutOutBeacons revocations;
  private final RateWindows windows;
  private final Limit limit;

  /** Access for beacons of one mall, each up to this limit. */
  public BeaconMqttAccess(
      BeaconStore store,
      DeviceSignature signature,
      ShutOutBeacons revocations,
      RateWindows windows,
      Limit limit) {
    this.store = store;
    this.signature = signature;
    this.revocations = revocations;
    this.windows = windows;
    this.limit = limit;
  }

  @Override
  public Optional<Principal> authenticate(MqttLogin login) {
    String device = login.username().orElse("");
    if (!login.clientId().equals(device)) {
      return Optional.empty();
    }
    String password = login.password().orElse("");
    int dot = password.indexOf('.');
    if (dot < 0) {
      return Optional.empty();
    }
    String nonce = password.substring(0, dot);
    String signed = password.substring(dot + 1);
    return store
        .find(device)
        .filter(Beacon::registered)
        .filter(beacon -> !revocations.revoked(beacon.beaconId()))
        .filter(beacon -> signature.proves(device, beacon.key(), nonce, new byte[0], signed))
        .map(Identity::new);
  }

  @Override
  public boolean allows(Principal identity, String topic, MqttAction action) {
    if (!(identity instanceof Identity known) || revocations.revoked(known.beacon().beaconId())) {
      return false;
    }
    if (action == MqttAction.SUBSCRIBE) {
      return topic.equals(CHANGES)
          || topic.equals("commands/" + known.beacon().beaconId())
          || FIRMWARE.matcher(topic).matches();
    }
    String own = "beacons/" + known.beacon().beaconId() + "/";
    boolean mine = topic.equals(own + "heartbeat") || topic.equals(own + "access-logs");
    String key = "mqtt|" + known.beacon().beaconId();
    return mine && windows.count(key, limit).counted();
  }
}

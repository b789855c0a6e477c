package dev.drover.e2e.replay;

import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.Role;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.Map;

/** Every operation of a mall's contract, right and wrong, by everybody who may call it. */
final class MallExchanges {
  private static final String MALL = CentralExchanges.MALL;
  private static final String AREAS = "/api/entities/" + MALL + "/areas";

  private final Scene scene;
  private final Api api;
  private final KeyPair key = PrivateKeys.generate();

  MallExchanges(CentralProcess central, OrchestratorProcess mall) {
    this.api = new Api(mall.url());
    this.scene =
        new Scene(
            "mall",
            api,
            Map.of(
                "operator", central.token(Role.OPERATOR, MALL, "olga"),
                "other operator", central.token(Role.OPERATOR, "mall-else", "ole"),
                "app", central.token(Role.MOBILE, MALL, "max"),
                "broken", "abc"));
  }

  Scene scene() {
    return scene;
  }

  /** What operators ask, and readers. */
  void operations() {
    scene.figures("orchestratorHealth: by anyone", "nobody", "GET /health");
    scene.figures("orchestratorState: own", "operator", "GET /api/orchestrator/state");
    scene.ask("orchestratorState: of others", "other operator", "GET /api/orchestrator/state");
    scene.ask("orchestratorState: nobody", "nobody", "GET /api/orchestrator/state");
    scene.ask("readChecksum: all", "operator", "GET /api/sync/checksum");
    scene.ask("readChecksum: no detail", "operator", "GET /api/sync/checksum?detail=all");
    scene.ask("readBuckets: some", "operator", "GET /api/sync/items?collection=areas&buckets=1,2");
    scene.ask("readBuckets: none", "operator", "GET /api/sync/items?collection=areas&buckets=256");
    scene.ask("listConflicts: none", "operator", "GET /api/sync/conflicts");
    scene.ask("listEntities: own", "operator", "GET /api/entities");
    scene.ask("listEntities: of others", "other operator", "GET /api/entities");
    scene.ask("readEntity: own", "operator", "GET /api/entities/" + MALL);
    scene.ask("readEntity: another", "operator", "GET /api/entities/mall-else");
    scene.ask("listItems: all", "operator", "GET " + AREAS);
    scene.ask("listItems: a page", "operator", "GET " + AREAS + "?offset=1&limit=1");
    scene.ask("listItems: no number", "operator", "GET " + AREAS + "?limit=x");
    scene.ask("listItems: no kind", "operator", "GET /api/entities/" + MALL + "/robots");
    scene.ask("readItem: there", "operator", "GET " + AREAS + "/a-1");
    scene.ask("readItem: unknown", "operator", "GET " + AREAS + "/a-9");
    scene.ask("readItem: a broken token", "broken", "GET " + AREAS + "/a-1");
    scene.figures("readLedger: own", "operator", "GET /api/uplink/ledger");
    scene.ask("readLedger: an app", "app", "GET /api/uplink/ledger");
    scene.ask("listParked: none", "operator", "GET /api/uplink/parked");
    scene.ask("listParked: no number", "operator", "GET /api/uplink/parked?after=x");
    scene.ask("readParked: unknown", "operator", "GET /api/uplink/parked/4711");
    scene.ask("readParked: no number", "operator", "GET /api/uplink/parked/x");
    scene.ask("editParked: unknown", "operator", "PUT /api/uplink/parked/4711", "{}");
    scene.ask("editParked: no JSON", "operator", "PUT /api/uplink/parked/4711", "{");
    scene.ask("replayParked: unknown", "operator", "POST /api/uplink/parked/4711/replay");
    scene.ask("a path that is not there", "operator", "GET /api/nothing");
    scene.ask("a method that is not there", "operator", "PATCH " + AREAS + "/a-1", "{}");
  }

  /** Edits of the mall's data at the mall. */
  void edits() {
    scene.ask("createItem: new", "operator", "POST " + AREAS, "{\"id\":\"e-1\",\"level\":1}");
    scene.ask("createItem: there", "operator", "POST " + AREAS, "{\"id\":\"a-1\"}");
    scene.ask("createItem: without an id", "operator", "POST " + AREAS, "{}");
    scene.ask("createItem: no JSON", "operator", "POST " + AREAS, "{\"id\"");
    scene.ask("createItem: an app", "app", "POST " + AREAS, "{\"id\":\"e-2\"}");
    scene.ask("replaceItem: there", "operator", "PUT " + AREAS + "/a-1", "{\"level\":3}");
    scene.ask("replaceItem: another id", "operator", "PUT " + AREAS + "/a-1", "{\"id\":\"e-1\"}");
    scene.ask("replaceItem: unknown", "operator", "PUT " + AREAS + "/a-9", "{}");
    scene.ask("replaceItemByBody: there", "operator", "PUT " + AREAS, "{\"id\":\"e-1\"}");
    scene.ask("replaceItemByBody: no id", "operator", "PUT " + AREAS, "{}");
    scene.ask("deleteItem: there", "operator", "DELETE " + AREAS + "/e-1");
    scene.ask("deleteItem: gone", "operator", "DELETE " + AREAS + "/e-1");
  }

  /** Beacons at the mall's door, on both paths. */
  void beacons() {
    String path = "POST /api/orchestrators/beacons/";
    String asks = "{\"device_id\":\"gate-7\"}";
    scene.ask("beaconChallenge: a device", "nobody", path + "challenge", asks);
    scene.ask("beaconChallenge: no device", "nobody", path + "challenge", "{}");
    scene.ask("beaconChallengeShort: a device", "nobody", "POST /beacons/challenge", asks);
    String body =
        Api.JSON
            .createObjectNode()
            .put("device_id", "gate-7")
            .put("device_type", "turnstile")
            .put("firmware_version", "1.0.0")
            .put("public_key", PublicKeys.toPem((ECPublicKey) key.getPublic()))
            .toString();
    scene.ask("registerBeacon: no proof", "nobody", path + "register", body);
    signed("registerBeacon: another body", path + "register", body, body + " ");
    String id =
        signed("registerBeacon: new", path + "register", body, body)
            .json()
            .path("beacon_id")
            .asText();
    signed("registerBeaconShort: known", "POST /beacons/register", body, body);
    String half = "{\"device_id\":\"gate-7\",\"status\":1}";
    signed("registerBeacon: half", path + "register", half, half);
    String well = "{\"beacon_id\":\"%s\",\"status\":\"online\",\"uptime_seconds\":9}".formatted(id);
    signed("beaconHeartbeat: well", path + "heartbeat", well, well);
    signed("beaconHeartbeatShort: well", "POST /beacons/heartbeat", well, well);
    String other = well.replace(id, "beacon-x");
    signed("beaconHeartbeat: another's", path + "heartbeat", other, other);
    String odd = well.replace("online", "glad");
    signed("beaconHeartbeat: no state", path + "heartbeat", odd, odd);
    scene.ask("beaconHeartbeat: no proof", "nobody", path + "heartbeat", well);
    String logs =
        "{\"beacon_id\":\"%s\",\"batch_id\":\"b-1\",\"logs\":[{\"log_id\":\"l-1\",".formatted(id)
            + "\"timestamp\":\"2026-01-08T10:30:00Z\",\"result\":\"success\"}]}";
    signed("beaconAccessLogs: new", path + "access-logs", logs, logs);
    signed("beaconAccessLogsShort: again", "POST /beacons/access-logs", logs, logs);
    signed("beaconAccessLogs: none", path + "access-logs", well, well);
    String list = "GET /api/beacons";
    scene.ask("listBeacons: all", "operator", list);
    scene.ask("listBeacons: of others", "other operator", list);
    scene.ask("listBeacons: no number", "operator", list + "?limit=x");
    String beacon = "/api/beacons/" + id;
    scene.ask("approveBeacon: known", "operator", "POST " + beacon + "/approve");
    scene.ask("approveBeacon: unknown", "operator", "POST /api/beacons/beacon-x/approve");
    scene.ask("revokeBeacon: no reason", "operator", "POST " + beacon + "/revoke", "{}");
    String reason = "{\"reason\":\"stolen\"}";
    scene.ask("revokeBeacon: stolen", "operator", "POST " + beacon + "/revoke", reason);
    signed("beaconHeartbeat: revoked", path + "heartbeat", well, well);
    scene.ask("restoreBeacon: found", "operator", "POST " + beacon + "/restore");
    scene.ask("restoreBeacon: an app", "app", "POST " + beacon + "/restore");
    scene.ask("forgetBeacon: known", "operator", "DELETE " + beacon);
    scene.ask("forgetBeacon: unknown", "operator", "DELETE /api/beacons/beacon-x");
  }

  /** What sets work going: the last exchanges of a mall. */
  void work() {
    scene.ask("requestResync: asked", "operator", "POST /api/orchestrator/resync");
    scene.ask("requestResync: an app", "app", "POST /api/orchestrator/resync");
    scene.figures("rekeyProgress: none", "operator", "GET /api/orchestrator/keys/rekey");
    scene.figures("rekeyStart: begun", "operator", "POST /api/orchestrator/keys/rekey");
    scene.ask("rekeyStart: nobody", "nobody", "POST /api/orchestrator/keys/rekey");
  }

  private Api.Answer signed(String name, String line, String body, String signed) {
    String asks = "{\"device_id\":\"gate-7\"}";
    String nonce =
        api.call("POST", "/beacons/challenge").json(asks).send().json().path("nonce").asText();
    Map<String, String> proof =
        new java.util.TreeMap<>(
            Map.of("X-Device-ID", "gate-7", "X-Nonce", nonce, "X-Signature", sign(nonce + signed)));
    return scene.ask(name, "nobody", line, body, proof);
  }

  private String sign(String text) {
    try {
      Signature signer = Signature.getInstance("SHA256withECDSA");
      signer.initSign(key.getPrivate());
      signer.update(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}

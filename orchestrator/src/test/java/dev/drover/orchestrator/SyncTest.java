package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.backbone.ArtemisConfig;
import dev.drover.engine.backbone.EmbeddedArtemis;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.backbone.MqttAction;
import dev.drover.engine.backbone.MqttAuthoriser;
import dev.drover.engine.backbone.MqttLogin;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Role;
import dev.drover.orchestrator.cache.CachedChange;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.central.CentralContact;
import dev.drover.orchestrator.sync.SyncPlan;
import dev.drover.proto.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.Test;

/** Whatever happens, the mall comes to have what central has, at the least cost. */
class SyncTest extends MallTestBase {
  /** Admits the device, and others once it listens: a message before that would be lost to it. */
  private static final class DeviceFirst implements MqttAuthoriser {
    private final AtomicBoolean listens = new AtomicBoolean();

    @Override
    public Optional<Principal> authenticate(MqttLogin login) {
      return Optional.<Principal>of(login::clientId)
          .filter(who -> listens.get() || who.getName().equals(Device.ID));
    }

    @Override
    public boolean allows(Principal identity, String topic, MqttAction action) {
      return true;
    }
  }

  private record Listener(List<JsonNode> heard) implements MqttCallback {
    @Override
    public void messageArrived(String topic, MqttMessage message) {
      heard.add(Json.tree(message.getPayload()));
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {}

    @Override
    public void mqttErrorOccurred(MqttException error) {}

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean again, String server) {}

    @Override
    public void authPacketArrived(int reason, MqttProperties properties) {}
  }

  /** Hears what devices of the mall are told. */
  private static final class Device implements AutoCloseable {
    static final String ID = "drover-test";

    final List<JsonNode> heard = new CopyOnWriteArrayList<>();
    private final MqttClient client;

    Device(int port, String password) throws Exception {
      client = new MqttClient("tcp://127.0.0.1:" + port, ID, new MemoryPersistence());
      MqttConnectionOptions options = new MqttConnectionOptions();
      options.setUserName("drover");
      options.setPassword(password.getBytes(StandardCharsets.US_ASCII));
      client.connect(options);
      client.setCallback(new Listener(heard));
      client.subscribe("mall/data_update", 1);
    }

    @Override
    public void close() throws MqttException {
      client.disconnect();
      client.close();
    }
  }

  private Device device(TestMall mall) throws Exception {
    byte[] secret = new FileKeyProvider(data.resolve("keys")).secret("mqtt-internal");
    return new Device(mall.mqtt, HexFormat.of().formatHex(secret));
  }

  private List<String> kinds(int after) {
    return central.syncKinds(after);
  }

  private static void damage(TestMall mall, CachedChange... wrong) {
    EntityCache cache = cache(mall);
    cache.apply(List.of(wrong), cache.state().cursor(), null);
  }

  private static void verify(TestMall mall) {
    mall.context.getBean(SyncPlan.class).wantVerify();
  }

  @Test
  void aFreshMallFetchesEverythingThenOnlyWhatChanges() throws Exception {
    try (TestMall mall = settled(Map.of())) {
      assertThat(kinds(0)).containsExactly("full", "delta", "checksum");
      assertThat(central.syncs.get(0))
          .contains("include=areas", "format=compact", "entity_id=" + FakeCentral.ENTITY)
          .doesNotContain("limit");
      assertThat(state(mall).at("/sync/cursor").asText()).isEqualTo("" + central.data.seq());
      int before = central.syncs.size();
      try (Device device = device(mall)) {
        central.data.put("areas", "1", "{\"id\":1,\"name\":\"Changed hall\"}");
        central.data.put("beacons", "b3", "{\"id\":\"b3\"}");
        central.data.put("merchants", "m1", null);
        central.tell("evt-e-0-1");
        await().atMost(SOON).until(() -> acked("evt-e-0-1"));
        awaitSame(mall);
        assertThat(kinds(before)).containsExactly("delta");
        await().atMost(SOON).until(() -> device.heard.size() == 1);
        JsonNode told = device.heard.get(0);
        assertThat(told.path("entity_id").asText()).isEqualTo(FakeCentral.ENTITY);
        assertThat(told.path("cursor").asText()).isEqualTo("" + central.data.seq());
        assertThat(told.at("/changes").toString())
            .isEqualTo(
                "{\"areas\":[\"1\"],\"beacons\":[\"b3\"],\"merchants\":[\"m1\"],\"connections\":[]}");
        assertThat(told.at("/affected_beacons").toString())
            .as("b1 stands in the area, b2 at the merchant")
            .isEqualTo("[\"b1\",\"b2\",\"b3\"]");

        central.data.put("beacons", "b1", "{\"id\":\"b1\",\"area_id\":2}");
        central.data.put("beacons", "b3", null);
        central.tell("evt-e-0-2");
        await().atMost(SOON).until(() -> device.heard.size() == 2);
        central.data.put("areas", "2", "{\"id\":2}");
        central.tell("evt-e-0-3");
        await().atMost(SOON).until(() -> device.heard.size() == 3);
        assertThat(device.heard.get(2).at("/affected_beacons").toString())
            .as("b1 has moved, b3 is gone")
            .isEqualTo("[\"b1\",\"b2\"]");
      }

      int known = central.syncs.size();
      central.tell("evt-e-0-4");
      await().atMost(SOON).until(() -> acked("evt-e-0-4"));
      assertThat(central.syncs).as("the cache has it: nothing is asked").hasSize(known);
      central.send("evt-e-0-5", "data_update", "{\"event_key\":\"data:evt-e-0-1\"}");
      await().atMost(SOON).until(() -> acked("evt-e-0-5"));

      assertThat(mall.get("/health", null).json().at("/checks/local_cache").asText())
          .isEqualTo("healthy");
      assertThat(mall.getManagement("/actuator/prometheus", central.token(Role.ADMIN, "*")).body())
          .contains("orchestrator_sync_duration_seconds_bucket{kind=\"delta\"")
          .contains("orchestrator_sync_duration_seconds_count{kind=\"full\"} 1")
          .contains("orchestrator_sync_bytes_total{kind=\"verify\"")
          .contains("orchestrator_sync_records_total{kind=\"full\"} 6");
    }
    int before = central.syncs.size();
    try (TestMall mall = mall(Map.of())) {
      await().atMost(SOON).until(() -> central.syncs.size() > before);
      awaitSame(mall);
      assertThat(kinds(before)).as("a restart only verifies").containsExactly("checksum");
    }
  }

  @Test
  void aBurstBecomesFewDeltasAndPagesGoToTheEnd() {
    try (TestMall mall = settled(Map.of("drover.sync.debounce", "200ms"))) {
      central.data.deltaPage = 2;
      int before = central.syncs.size();
      for (int i = 0; i < 5; i++) {
        central.data.put("areas", "p" + i, "{\"id\":\"p" + i + "\"}");
      }
      central.tell("evt-e-1-0");
      await().atMost(SOON).until(() -> acked("evt-e-1-0"));
      assertThat(kinds(before)).containsExactly("delta", "delta", "delta");
      assertThat(central.syncs.get(before)).contains("limit=5000");
      central.data.deltaPage = 5000;
      for (int i = 0; i < 60; i++) {
        central.data.put("areas", "x", "{\"id\":\"x\",\"n\":" + i + "}");
        central.tell("evt-e-1-" + (i + 1));
      }
      await().atMost(SOON).until(() -> cache(mall).read("areas", "x").orElse("").contains("59"));
      awaitSame(mall);
      assertThat(Collections.frequency(kinds(0), "delta")).isLessThanOrEqualTo(10);
      await().atMost(SOON).until(() -> acked("evt-e-1-60"));
      await().atMost(SOON).until(() -> state(mall).path("pending_acks").asInt() == 0);
    }
  }

  @Test
  void aLongDeltaGoesOnWhenItsBudgetAllows() {
    try (TestMall mall =
        settled(Map.of("drover.sync.limit", "1", "drover.sync.deltas-per-minute", "3"))) {
      int before = central.syncs.size();
      for (int i = 0; i < 4; i++) {
        central.data.put("areas", "p" + i, "{\"id\":\"p" + i + "\"}");
      }
      central.tell("evt-e-1-0");
      await().atMost(SOON).until(() -> kinds(before).size() == 2);
      String third = "" + (central.data.seq() - 2);
      await().atMost(SOON).until(() -> cache(mall).state().cursor().equals(third));
      assertThat(acked("evt-e-1-0")).isFalse();
      assertThat(state(mall).path("pending_acks").asInt()).isEqualTo(1);
    }
  }

  @Test
  void anOwedAcknowledgementOutlastsARestartAndIsNeverSentTooEarly() {
    try (TestMall mall = settled(Map.of("drover.events.backoff", "1h"))) {
      central.refuse(SYNC + "delta", 503, 4);
      central.data.put("areas", "3", "{\"id\":3}");
      int before = central.syncs.size();
      central.tell("evt-e-0-1");
      await().atMost(SOON).until(() -> central.syncs.size() > before);
      central.send("evt-e-0-2", "teleport", "{}");
      await().atMost(SOON).until(() -> acked("evt-e-0-2"));
      assertThat(acked("evt-e-0-1")).isFalse();
      assertThat(state(mall).path("pending_acks").asInt()).isEqualTo(1);
    }
    try (TestMall mall = mall(Map.of())) {
      await().atMost(SOON).until(() -> acked("evt-e-0-1"));
      assertThat(cache(mall).read("areas", "3")).isPresent();
    }
  }

  @Test
  void whatCentralRefusesIsRepeatedOrFetchedAnew() {
    try (TestMall mall = settled(Map.of())) {
      int before = central.syncs.size();
      central.nextStatus.put(SYNC + "delta", 409);
      central.data.put("areas", "3", "{\"id\":3}");
      central.tell("evt-e-0-1");
      await().atMost(SOON).until(() -> acked("evt-e-0-1"));
      assertThat(kinds(before)).startsWith("delta", "full");

      central.nextStatus.put(SYNC + "delta", 429);
      int later = central.syncs.size();
      long asked = System.nanoTime();
      central.data.put("areas", "4", "{\"id\":4}");
      central.tell("evt-e-0-2");
      await().atMost(SOON).until(() -> acked("evt-e-0-2"));
      assertThat(Duration.ofNanos(System.nanoTime() - asked)).isGreaterThan(Duration.ofSeconds(1));
      assertThat(kinds(later)).doesNotContain("full");

      String cursor = cache(mall).state().cursor();
      central.nextBody.put(
          SYNC + "delta",
          "{\"entity_id\":\"mall-a-uuid\",\"timestamp\":\"2026-11-28T10:00:00Z\","
              + "\"changes\":[{\"type\":\"area\",\"operation\":\"explode\",\"id\":\"1\"},"
              + "{\"type\":\"lift\",\"operation\":\"update\",\"id\":\"1\",\"data\":{}}],"
              + "\"has_more\":false,\"cursor\":\""
              + cursor
              + "\"}");
      central.send("evt-e-0-3", "data_update", "{\"event_key\":\"odd\"}");
      await().atMost(SOON).until(() -> acked("evt-e-0-3"));
      awaitSame(mall);

      int broken = central.syncs.size();
      central.nextBody.put(
          SYNC + "delta",
          "{\"entity_id\":\"mall-a-uuid\",\"timestamp\":\"2026-11-28T10:00:00Z\",\"changes\":[],\"has_more\":true,\"cursor\":\""
              + cursor
              + "\"}");
      central.data.put("areas", "5", "{\"id\":5}");
      central.tell("evt-e-0-4");
      await().atMost(SOON).until(() -> acked("evt-e-0-4"));
      assertThat(kinds(broken)).as("an endless delta is not followed").hasSizeLessThan(6);
    }
  }

  @Test
  void oneCorruptedItemCostsThreeRequests() throws Exception {
    try (TestMall mall = settled(Map.of());
        Device device = device(mall)) {
      int before = central.syncs.size();
      damage(mall, new CachedChange("beacons", "b1", "{\"id\":\"b1\",\"area_id\":666}"));
      verify(mall);
      awaitSame(mall);
      await().atMost(SOON).until(() -> device.heard.size() == 1);
      assertThat(device.heard.get(0).at("/changes/beacons").toString()).isEqualTo("[\"b1\"]");
      assertThat(kinds(before)).containsExactly("checksum", "checksum", "items");
      assertThat(central.syncs.get(before + 1)).contains("detail=buckets", "include=beacons");

      int again = central.syncs.size();
      damage(
          mall, new CachedChange("areas", "1", null), new CachedChange("areas", "9", "{\"id\":9}"));
      verify(mall);
      awaitSame(mall);
      assertThat(ids(mall, "areas")).containsExactly("1", "2");
      assertThat(kinds(again)).containsExactly("checksum", "checksum", "items");

      int without = central.syncs.size();
      central.data.withoutBuckets = true;
      damage(mall, new CachedChange("areas", "1", null));
      verify(mall);
      awaitSame(mall);
      await().atMost(SOON).until(() -> kinds(without).contains("full"));
      assertThat(kinds(without)).startsWith("checksum", "checksum", "full");
    }
  }

  @Test
  void severalCollectionsAreFetchedAnewAndALaggingCacheCatchesUp() {
    try (TestMall mall = settled(Map.of())) {
      int before = central.syncs.size();
      damage(
          mall,
          new CachedChange("areas", "1", null),
          new CachedChange("merchants", "m1", "{\"id\":\"m1\"}"));
      verify(mall);
      awaitSame(mall);
      await().atMost(SOON).until(() -> kinds(before).size() >= 4);
      assertThat(kinds(before)).startsWith("checksum", "full", "delta", "checksum");

      int lagging = central.syncs.size();
      central.data.put("areas", "7", "{\"id\":7}");
      central.data.put("merchants", "m7", "{\"id\":\"m7\"}");
      verify(mall);
      awaitSame(mall);
      await().atMost(SOON).until(() -> kinds(lagging).size() >= 3);
      assertThat(kinds(lagging)).containsExactly("checksum", "delta", "checksum");

      central.data.lose();
      central.data.put("areas", "8", "{\"id\":8}");
      int lost = central.syncs.size();
      verify(mall);
      awaitSame(mall);
      assertThat(ids(mall, "areas")).containsExactly("8");
      assertThat(kinds(lost)).startsWith("checksum", "full");
    }
  }

  @Test
  void aCentralThatChangesDuringAVerificationIsComparedLater() {
    try (TestMall mall = settled(Map.of())) {
      EntityCache cache = cache(mall);
      String ahead =
          "{\"entity_id\":\"mall-a-uuid\",\"checksum_algorithm\":\"sha256-jcs-256\","
              + "\"cursor\":\"999999\",\"checksums\":{\"areas\":\"a\",\"beacons\":\"b\","
              + "\"merchants\":\"m\",\"connections\":\"c\",\"global\":\"g\"}}";
      central.nextBody.put(SYNC + "delta", deltaAt(cache, central.data.seq()));
      int before = central.syncs.size();
      central.nextBody.put(SYNC + "checksum", ahead);
      central.afterNext(SYNC + "delta", () -> central.nextBody.put(SYNC + "checksum", ahead));
      verify(mall);
      await().atMost(SOON).until(() -> kinds(before).size() >= 4);
      assertThat(kinds(before)).startsWith("checksum", "delta", "checksum");
      assertThat(kinds(before)).doesNotContain("full");
      awaitSame(mall);

      int repairing = central.syncs.size();
      damage(mall, new CachedChange("areas", "1", null));
      central.afterNext(
          SYNC + "items", () -> central.data.put("areas", "3", "{\"id\":3,\"late\":true}"));
      verify(mall);
      awaitSame(mall);
      assertThat(cache.read("areas", "3")).isPresent();
      // The comparison before may just end; its last request counts here then.
      assertThat(kinds(repairing)).containsSequence("checksum", "checksum", "items");
      assertThat(kinds(repairing)).doesNotContain("full");
    }
  }

  private static String deltaAt(EntityCache cache, long seq) {
    return "{\"entity_id\":\"mall-a-uuid\",\"checksum_algorithm\":\"sha256-jcs-256\",\"changes\":[],\"has_more\":false,"
        + "\"cursor\":\""
        + seq
        + "\",\"new_checksum\":\""
        + cache.global()
        + "\"}";
  }

  @Test
  void aDeltaThatDoesNotAddUpIsFoundAndMended() {
    try (TestMall mall = settled(Map.of())) {
      int before = central.syncs.size();
      long seq = central.data.put("areas", "3", "{\"id\":3}");
      // The page leaves the change out, the checksum does not.
      central.nextBody.put(
          SYNC + "delta",
          deltaAt(cache(mall), seq).replace(cache(mall).global(), central.data.global()));
      central.tell("evt-e-0-1");
      awaitSame(mall);
      assertThat(kinds(before)).containsExactly("delta", "checksum", "checksum", "items");
    }
  }

  @Test
  void aFullSyncIsAllOrNothing() {
    central.nextBody.put(SYNC + "full", "{\"entity_id\":\"m\",\"data\":{\"areas\":[{\"id\":1},");
    try (TestMall mall = mall(Map.of("drover.sync.page", "4"))) {
      await().atMost(SOON).until(() -> cache(mall).state().ready());
      awaitSame(mall);
      assertThat(kinds(0).subList(0, 3)).containsExactly("full", "full", "full");
      assertThat(central.syncs.get(2)).as("the second page").contains("cursor=", "limit=4");
      await().atMost(SOON).until(() -> cache(mall).state().verifiedAt() != null);

      central.nextBody.put(
          SYNC + "full",
          "{\"entity_id\":\"mall-a-uuid\",\"data\":{\"areas\":[],\"beacons\":[],\"merchants\":[],"
              + "\"connections\":[]},\"checksum\":\"sha256:0\",\"cursor\":\"1\","
              + "\"checksum_algorithm\":\"sha256-jcs-256\"}");
      int before = central.syncs.size();
      TestMall.Answer answer = mall.send("POST", "/api/orchestrator/resync", operator(), null);
      assertThat(answer.status()).isEqualTo(202);
      await().atMost(SOON).until(() -> kinds(before).contains("delta"));
      assertThat(kinds(before)).startsWith("full", "full", "full", "delta");
      assertThat(ids(mall, "areas")).containsExactly("1", "2");
      await().atMost(SOON).until(() -> state(mall).path("resync_needed").isNull());
      assertThat(mall.send("POST", "/api/orchestrator/resync", null, null).status()).isEqualTo(401);
    }
  }

  private static JsonNode health(TestMall mall) {
    return mall.get("/health", null).json();
  }

  private static String checksumCheck(TestMall mall) {
    return health(mall).at("/checks/data_checksum").asText();
  }

  private void assertToldAsAProblem(TestMall mall, String cause) {
    await().atMost(SOON).until(() -> checksumCheck(mall).equals("degraded"));
    JsonNode health = health(mall);
    assertThat(health.path("status").asText()).isEqualTo("degraded");
    JsonNode problem = health.at("/problems/0");
    assertThat(problem.path("check").asText()).isEqualTo("data_checksum");
    assertThat(problem.path("cause").asText()).contains(cause);
    assertThat(problem.path("remedy").asText()).contains("./drover entity diff");
    Instant since = Instant.parse(problem.path("since").asText());
    assertThat(since).isBetween(Instant.now().minusSeconds(120), Instant.now());
    await()
        .atMost(SOON)
        .until(
            () -> central.heartbeats.stream().anyMatch(beat -> beat.body().contains("degraded")));
  }

  private void assertToldNoMore(TestMall mall) {
    await().atMost(SOON).until(() -> checksumCheck(mall).equals("healthy"));
    assertThat(health(mall).has("problems")).isFalse();
  }

  @Test
  void b1AMismatchThatAFullSyncDoesNotMendShowsInHealthUntilItIsMended() {
    try (TestMall mall = settled(Map.of("drover.events.backoff", "100ms,400ms"))) {
      assertThat(checksumCheck(mall)).isEqualTo("healthy");
      // One that a full sync mends is nothing to report.
      damage(mall, new CachedChange("areas", "1", null), new CachedChange("merchants", "m1", null));
      int mended = central.syncs.size();
      verify(mall);
      await().atMost(SOON).until(() -> kinds(mended).contains("full"));
      awaitSame(mall);
      assertThat(health(mall).has("problems")).isFalse();

      central.data.unprovable = true;
      verify(mall);
      assertToldAsAProblem(mall, "merchants");
      int before = central.count(SYNC + "full");
      await().atMost(SOON).until(() -> central.count(SYNC + "full") >= before + 4);
      assertThat(central.pauses(SYNC + "full", before + 1)).allMatch(pause -> pause >= 390);
      central.data.unprovable = false;
      assertToldNoMore(mall);
    }
  }

  @Test
  void b1AFreshMallThatNeverGetsReadySaysWhy() {
    central.data.contradictory = true;
    try (TestMall mall = mall(Map.of())) {
      assertToldAsAProblem(mall, "central says sha256:odd");
      assertThat(cache(mall).state().ready()).isFalse();
      central.data.contradictory = false;
      assertToldNoMore(mall);
      awaitSame(mall);
    }
  }

  @Test
  void aLostFileAndALongSilenceLeadToAFullSync() throws Exception {
    try (TestMall mall = settled(Map.of("drover.sync.full-after", "1s"))) {
      int before = central.syncs.size();
      Files.delete(data.resolve("cache.db"));
      verify(mall);
      await().atMost(SOON).until(() -> kinds(before).contains("full"));
      awaitSame(mall);
      await().atMost(SOON).until(() -> kinds(before).contains("checksum"));
      int silent = central.syncs.size();
      central.goAway();
      await().atMost(SOON).until(() -> state(mall).path("connected").asText().equals("false"));
      CentralContact contact = mall.context.getBean(CentralContact.class);
      await()
          .atMost(SOON)
          .until(
              () ->
                  contact
                      .last()
                      .orElseThrow()
                      .plus(Duration.ofMillis(1500))
                      .isBefore(Instant.now()));
      central.listen();
      await().atMost(SOON).until(() -> kinds(silent).contains("full"));
      await().atMost(SOON).until(() -> state(mall).path("resync_needed").isNull());
    }
  }

  @Test
  void aCentralWithoutCursorsIsFollowedByItsTimeAndItsOwnChecksum() {
    central.data.foreign = true;
    try (TestMall mall = settled(Map.of("drover.events.backoff", "100ms"))) {
      assertThat(kinds(0)).containsExactly("full", "delta", "checksum");
      assertThat(central.syncs.get(1)).contains("since=");
      int before = central.syncs.size();
      central.data.put("areas", "3", "{\"id\":3}");
      verify(mall);
      awaitSame(mall);
      await().atMost(SOON).until(() -> kinds(before).size() == 3);
      assertThat(kinds(before)).containsExactly("checksum", "delta", "checksum");

      int differing = central.syncs.size();
      String other = "{\"entity_id\":\"mall-a-uuid\",\"checksums\":{\"global\":\"sha256:else\"}}";
      central.nextBody.put(SYNC + "checksum", other);
      central.afterNext(SYNC + "delta", () -> central.nextBody.put(SYNC + "checksum", other));
      verify(mall);
      await().atMost(SOON).until(() -> kinds(differing).contains("full"));
      assertThat(kinds(differing)).startsWith("checksum", "delta", "checksum", "full");
    }
  }

  @Test
  void aBrokenBrokerHoldsUpAcknowledgementsAndLosesNothing() throws Exception {
    int port = FreePort.pick();
    Map<String, String> external =
        Map.of(
            "drover.mqtt.url",
            "tcp://mall:secret@127.0.0.1:" + port,
            "drover.sync.deltas-per-minute",
            "2");
    try (TestMall mall = mall(external)) {
      await().atMost(SOON).until(() -> cache(mall).state().ready());
      central.data.put("areas", "3", "{\"id\":3}");
      central.tell("evt-e-0-1");
      awaitSame(mall);
      assertThat(acked("evt-e-0-1")).isFalse();
      List<JsonNode> heard = new ArrayList<>();
      DeviceFirst admitted = new DeviceFirst();
      try (EmbeddedArtemis broker =
          new EmbeddedArtemis(
              new ArtemisConfig(
                  data.resolve("broker"), "127.0.0.1", port, Optional.empty(), Duration.ofDays(1)),
              admitted)) {
        broker.start();
        try (Device device = new Device(port, "any")) {
          admitted.listens.set(true);
          await().atMost(SOON).until(() -> acked("evt-e-0-1"));
          await().atMost(SOON).until(() -> !device.heard.isEmpty());
          heard.addAll(device.heard);
        }
      }
      assertThat(heard.get(0).path("full").asBoolean()).as("told late, and told").isTrue();
    }
  }
}

package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.crypto.Role;
import dev.drover.orchestrator.cache.CachedItem;
import dev.drover.orchestrator.cache.EntityCache;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A mall whose data is at a central that does what the test says. */
abstract class MallTestBase {
  static {
    // The MQTT client of a mall that an earlier test has stopped may still fail in its own thread.
    Awaitility.doNotCatchUncaughtExceptionsByDefault();
  }

  static final Duration SOON = Duration.ofSeconds(60);
  static final String SYNC = "/api/orchestrators/sync/";
  static final String ENTITIES = "/api/entities/" + FakeCentral.ENTITY;

  @TempDir Path data;
  FakeCentral central;

  @BeforeEach
  void startCentral() {
    central = new FakeCentral(FreePort.pick());
    central.data.put("areas", "1", "{\"id\":1,\"name\":\"East hall\",\"floor\":1.0}");
    central.data.put("areas", "2", "{\"id\":2,\"name\":\"West hall\"}");
    central.data.put("beacons", "b1", "{\"id\":\"b1\",\"area_id\":1}");
    central.data.put("beacons", "b2", "{\"id\":\"b2\",\"area_id\":2,\"merchant_id\":\"m1\"}");
    central.data.put("merchants", "m1", "{\"id\":\"m1\",\"name\":\"Tea House\"}");
    central.data.put("connections", "c/1", "{\"_id\":\"c/1\",\"type\":\"elevator\"}");
  }

  @AfterEach
  void stopCentral() {
    central.close();
  }

  TestMall mall(Map<String, String> more) {
    return new TestMall(data, central.url(), more);
  }

  /** A mall that has verified its data, so that nothing is on the way any more. */
  TestMall settled(Map<String, String> more) {
    TestMall mall = mall(more);
    await().atMost(SOON).until(() -> cache(mall).state().verifiedAt() != null);
    awaitSame(mall);
    return mall;
  }

  static EntityCache cache(TestMall mall) {
    return mall.context.getBean(EntityCache.class);
  }

  void awaitSame(TestMall mall) {
    await().atMost(SOON).until(() -> cache(mall).global().equals(central.data.global()));
  }

  String operator() {
    return central.token(Role.OPERATOR, FakeCentral.ENTITY);
  }

  JsonNode state(TestMall mall) {
    TestMall.Answer answer = mall.get("/api/orchestrator/state", operator());
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  boolean acked(String id) {
    return central.acks.stream().anyMatch(ack -> ack.body().contains('"' + id + '"'));
  }

  static List<String> ids(TestMall mall, String collection) {
    return cache(mall).list(collection, "", 1000).stream().map(CachedItem::id).toList();
  }
}

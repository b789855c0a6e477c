package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.outbox.OutboxSource;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.uplink.UplinkDoor;
import dev.drover.orchestrator.uplink.UplinkOutbox;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.model.Model;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.support.DefaultMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** The mall's durable uplink in the running application. */
class UplinkTest extends MallTestBase {
  /** Accepts a write at the seam; throws what the door throws. */
  static long accept(TestMall mall, String type, String key, String queue, String body) {
    CamelContext camel = mall.context.getBean(CamelContext.class);
    Exchange answer =
        camel
            .createFluentProducerTemplate()
            .to("direct:uplink-accept")
            .withHeader(UplinkDoor.TYPE, type)
            .withHeader(UplinkDoor.KEY, key)
            .withHeader(UplinkDoor.CLASS, queue)
            .withBody(body)
            .send();
    if (answer.getException() instanceof RuntimeException e) {
      throw e;
    }
    return answer.getMessage().getHeader(UplinkDoor.SEQ, -1L, Long.class);
  }

  @Test
  void whatIsAcceptedHasANumberAndSurvivesTheProcess() {
    central.goAway();
    try (TestMall mall = mall(Map.of())) {
      assertThat(accept(mall, "access_logs", "b1", "normal", "{\"n\":1}")).isEqualTo(1);
      assertThat(accept(mall, "access_logs", "b1", "normal", "{\"n\":2}")).isEqualTo(2);
      assertThatThrownBy(() -> accept(mall, "access_logs", "b1", "normal", "{no"))
          .isInstanceOfSatisfying(
              ProtocolException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_FAILED));
    }
    try (TestMall mall = mall(Map.of())) {
      UplinkStore store = mall.context.getBean(UplinkStore.class);
      assertThat(store.ledger().accepted()).isEqualTo(2);
      assertThat(store.ledger().pending()).isEqualTo(2);
      assertThat(accept(mall, "access_logs", "b1", "normal", "{\"n\":3}")).isEqualTo(3);
    }
  }

  @Test
  void aFullQueueRefusesWhatMustNotBeDroppedAndDropsHeartbeatsFirst() {
    central.goAway();
    try (TestMall mall = mall(Map.of("drover.uplink.max-bytes", "3000"))) {
      UplinkStore store = mall.context.getBean(UplinkStore.class);
      String body = "{\"text\":\"" + "x".repeat(700) + "\"}";
      for (int beacon = 1; beacon <= 2; beacon++) {
        assertThat(accept(mall, "beacon_heartbeat", "b" + beacon, "latest", body)).isPositive();
      }
      assertThat(accept(mall, "beacon_heartbeat", "b1", "latest", body)).isEqualTo(3);
      assertThat(store.ledger().superseded()).isEqualTo(1);
      assertThat(accept(mall, "access_logs", "b1", "normal", body)).isEqualTo(4);
      assertThat(accept(mall, "beacon_heartbeat", "b3", "latest", body))
          .as("no room")
          .isEqualTo(-1);
      assertThat(accept(mall, "access_logs", "b1", "normal", body)).isEqualTo(5);
      assertThat(store.ledger().superseded()).isEqualTo(3);
      assertThat(accept(mall, "access_logs", "b1", "normal", body)).isEqualTo(6);
      assertThatThrownBy(() -> accept(mall, "access_logs", "b1", "normal", body))
          .isInstanceOfSatisfying(
              ProtocolException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUEUE_FULL));
      assertThat(store.ledger().balanced()).isTrue();
    }
  }

  private List<Integer> arrived() {
    return central.uploads.all().stream().map(one -> one.body().path("n").asInt()).toList();
  }

  @Test
  void aNormalItemWaitsForTheOlderUrgentOnesOfItsKey() {
    try (TestMall mall = settled(Map.of())) {
      central.uploads.rejected.add("unknown device");
      central.goAway();
      for (int i = 0; i < 3; i++) {
        accept(mall, "access_logs", "before", "normal", "{\"n\":" + i + "}");
      }
      accept(mall, "beacon_register", "b1", "urgent", "{\"n\":3}");
      accept(mall, "beacon_register", "b1", "urgent", "{\"n\":4,\"is\":\"unknown device\"}");
      accept(mall, "access_logs", "b1", "normal", "{\"n\":5}");
      accept(mall, "access_logs", "other", "normal", "{\"n\":6}");
      accept(mall, "access_logs", "b1", "normal", "{\"n\":7}");
      accept(mall, "beacon_heartbeat", "b1", "latest", "{\"n\":8}");
      central.listen();
      awaitDrained(mall);
      List<Integer> arrived = arrived();
      assertThat(arrived).containsExactlyInAnyOrder(0, 1, 2, 3, 5, 6, 7, 8);
      assertThat(arrived.subList(arrived.indexOf(3), arrived.size()))
          .as("after the registration that central took, and the end of the one that it refused")
          .containsSubsequence(3, 5, 7)
          .contains(8);
      assertThat(ledger(mall).path("parked").asInt()).isEqualTo(1);
      assertThat(ledger(mall).path("balanced").asBoolean()).isTrue();
    }
  }

  private JsonNode ledger(TestMall mall) {
    TestMall.Answer answer = mall.get("/api/uplink/ledger", operator());
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  private void awaitDrained(TestMall mall) {
    await().atMost(SOON).until(() -> ledger(mall).path("pending").asInt() == 0);
  }

  @Test
  void whatIsAcceptedIsStoredAtCentralInOrderAndAccountedFor() {
    try (TestMall mall = settled(Map.of())) {
      for (int i = 0; i < 250; i++) {
        accept(
            mall,
            "access_logs",
            i % 10 == 0 ? "" : "b" + i % 7,
            i % 10 == 0 ? "urgent" : "normal",
            "{\"n\":" + i + "}");
      }
      awaitDrained(mall);
      assertThat(central.uploads.all()).hasSize(250);
      assertThat(central.uploads.sizes).allMatch(size -> size <= 100);
      assertThat(
              central.uploads.all().stream()
                  .map(stored -> stored.body().path("n").asInt())
                  .filter(n -> n % 10 != 0))
          .isSorted();
      JsonNode ledger = ledger(mall);
      assertThat(ledger.path("accepted").asInt()).isEqualTo(250);
      assertThat(ledger.path("stored").asInt()).isEqualTo(250);
      assertThat(ledger.path("balanced").asBoolean()).isTrue();
      assertThat(ledger.path("last_receipt").asInt()).isEqualTo(250);
      assertThat(mall.getManagement("/actuator/prometheus", central.token(Role.ADMIN, "*")).body())
          .contains("orchestrator_uplink_stored 250.0", "orchestrator_uplink_gap 0.0");
    }
  }

  @Test
  void aRejectedItemIsParkedAndStopsNothingAndCanBeMendedAndReplayed() {
    central.uploads.rejected.add("poison");
    try (TestMall mall = settled(Map.of())) {
      accept(mall, "access_logs", "b1", "normal", "{\"n\":1}");
      accept(mall, "access_logs", "b1", "normal", "{\"n\":\"poison\"}");
      accept(mall, "access_logs", "b1", "normal", "{\"n\":3}");
      awaitDrained(mall);
      assertThat(central.uploads.all()).hasSize(2);
      assertThat(ledger(mall).path("parked").asInt()).isEqualTo(1);
      JsonNode parked = mall.get("/api/uplink/parked", operator()).json();
      assertThat(parked).hasSize(1);
      JsonNode item = parked.get(0);
      assertThat(item.path("seq").asInt()).isEqualTo(2);
      assertThat(item.path("tries").asInt()).isEqualTo(3);
      assertThat(item.path("reason").asText()).contains("VALIDATION_FAILED");
      assertThat(item.path("step").asText()).isEqualTo("uplink-request-send");
      String path = "/api/uplink/parked/" + item.path("id").asText();
      assertThat(mall.get(path, operator()).json()).isEqualTo(item);
      assertThat(mall.send("PUT", path, operator(), "{no").status()).isEqualTo(400);
      assertThat(mall.send("PUT", path, operator(), "{\"n\":2}").json().at("/body/n").asInt())
          .isEqualTo(2);
      assertThat(mall.get("/api/uplink/parked/77", operator()).status()).isEqualTo(404);
      assertThat(mall.get("/api/uplink/parked/x", operator()).status()).isEqualTo(400);
      assertThat(mall.send("POST", path + "/replay", operator(), null).status()).isEqualTo(202);
      assertThat(mall.send("POST", path + "/replay", operator(), null).status()).isEqualTo(404);
      awaitDrained(mall);
      assertThat(central.uploads.all())
          .extracting(stored -> stored.body().path("n").asInt())
          .containsExactly(1, 3, 2);
      JsonNode ledger = ledger(mall);
      assertThat(ledger.path("stored").asInt()).isEqualTo(3);
      assertThat(ledger.path("parked").asInt()).isZero();
      assertThat(ledger.path("balanced").asBoolean()).isTrue();
      String orchestrator = central.token(Role.ORCHESTRATOR, FakeCentral.ENTITY);
      assertThat(mall.get("/api/uplink/parked", orchestrator).status()).isEqualTo(403);
    }
  }

  @Test
  void aWriteThatIsParkedAgainKeepsItsId() {
    central.uploads.rejected.add("poison");
    try (TestMall mall = settled(Map.of())) {
      accept(mall, "access_logs", "b1", "normal", "{\"n\":\"poison\"}");
      accept(mall, "access_logs", "b2", "normal", "{\"n\":\"poison\"}");
      awaitDrained(mall);
      List<String> ids = parkedIds(mall);
      assertThat(ids).hasSize(2);
      for (int i = 0; i < 2; i++) {
        for (String id : ids) {
          String path = "/api/uplink/parked/" + id + "/replay";
          assertThat(mall.send("POST", path, operator(), null).json().path("id").asText())
              .isEqualTo(id);
          awaitDrained(mall);
          assertThat(parkedIds(mall)).isEqualTo(ids);
        }
      }
      assertThat(ledger(mall).path("parked").asInt()).isEqualTo(2);
      assertThat(ledger(mall).path("balanced").asBoolean()).isTrue();
    }
  }

  private List<String> parkedIds(TestMall mall) {
    List<String> ids = new ArrayList<>();
    mall.get("/api/uplink/parked", operator())
        .json()
        .forEach(item -> ids.add(item.path("id").asText()));
    return ids;
  }

  @Test
  void whatNobodyCanReadIsParkedAndStopsNothing() {
    try (TestMall mall = settled(Map.of())) {
      String queue =
          "mqtt-batch:drover/%s/%s/uplink/normal?connection=#uplinkBroker"
              .formatted(FakeCentral.ENTITY, FakeCentral.ORCHESTRATOR);
      mall.context
          .getBean(CamelContext.class)
          .createProducerTemplate()
          .sendBody(queue, List.of("{\"seq\":1}", "no JSON"));
      accept(mall, "access_logs", "b1", "normal", "{\"n\":1}");
      awaitDrained(mall);
      JsonNode parked = mall.get("/api/uplink/parked", operator()).json();
      assertThat(parked).hasSize(2);
      assertThat(parked.get(0).path("reason").asText()).contains("unreadable", "has no class");
      assertThat(parked.get(1).path("body").asText()).isEqualTo("no JSON");
      assertThat(parked.get(1).path("seq").isNull()).isTrue();
      assertThat(parked.get(1).path("step").asText()).isEqualTo("uplink-batch-upload");
      String path = "/api/uplink/parked/" + parked.get(1).path("id").asText();
      assertThat(mall.send("POST", path + "/replay", operator(), null).status()).isEqualTo(404);
      assertThat(ledger(mall).path("stored").asInt()).isEqualTo(1);
      assertThat(ledger(mall).path("balanced").asBoolean()).isTrue();
    }
  }

  @Test
  void whatCentralDoesNotTakeNowIsSentAgainAfterGrowingPausesAndThenFromTheFirstOne() {
    String path = "/api/orchestrators/uploads";
    try (TestMall mall = settled(Map.of("drover.uplink.retry-delay", "100"))) {
      awaitDrained(mall);
      int before = central.count(path);
      central.refuse(path, 503, 8);
      accept(mall, "access_logs", "b1", "normal", "{\"n\":1}");
      awaitDrained(mall);
      List<Long> pauses = central.pauses(path, before);
      // A wait varies by a tenth. The seventh without a new beginning would be 6400.
      long[] least = {100, 200, 400, 800, 1600, 1000, 100, 200};
      assertThat(pauses).hasSize(least.length);
      for (int i = 0; i < least.length; i++) {
        assertThat(pauses.get(i)).as("pause %d of %s", i, pauses).isGreaterThan(least[i] * 8 / 10);
      }
      assertThat(pauses.get(6)).as("from the first one").isLessThan(6000);
    }
  }

  @Test
  void whatTheQueueLosesOrBringsLateIsSentInItsPlace() throws Exception {
    try (TestMall mall = settled(Map.of())) {
      CamelContext camel = mall.context.getBean(CamelContext.class);
      camel.getRouteController().stopRoute("uplink-normal-enqueue");
      for (int n = 1; n <= 150; n++) {
        accept(mall, "access_logs", "b1", "normal", "{\"n\":" + n + "}");
      }
      // As if the queue had confirmed these, and lost them.
      mall.context
          .getBean(MallStore.class)
          .database()
          .update("UPDATE uplink_items SET published = 1 WHERE seq < 120 OR seq = 130");
      camel.getRouteController().startRoute("uplink-normal-enqueue");
      awaitDrained(mall);
      assertThat(central.uploads.all())
          .extracting(stored -> stored.body().path("n").asInt())
          .hasSize(150)
          .isSorted();
      assertThat(central.uploads.sizes).allMatch(size -> size <= 100);
      assertThat(central.uploads.again).isEmpty();
      assertThat(ledger(mall).path("balanced").asBoolean()).isTrue();
    }
  }

  @Test
  void theQueueIsAnotherOneAfterAnyStart() {
    central.goAway();
    for (String queue : List.of("mqtt", "kafka", "mqtt")) {
      try (TestMall mall = mall(Map.of("drover.queue", queue))) {
        UplinkStore store = mall.context.getBean(UplinkStore.class);
        for (int i = 0; i < 5; i++) {
          long n = store.ledger().accepted();
          accept(mall, "access_logs", "b1", "normal", "{\"n\":" + n + "}");
        }
        await().atMost(Duration.ofMinutes(1)).until(() -> queued(mall) == store.ledger().pending());
      }
    }
    central.listen();
    try (TestMall mall = mall(Map.of("drover.queue", "kafka"))) {
      UplinkStore store = mall.context.getBean(UplinkStore.class);
      await().atMost(Duration.ofMinutes(1)).until(() -> store.ledger().pending() == 0);
      assertThat(arrived()).containsExactlyElementsOf(IntStream.range(0, 15).boxed().toList());
      assertThat(store.ledger().stored()).isEqualTo(15);
    }
  }

  /** Puts these into the queue, by the route's own endpoint. */
  private static void bring(TestMall mall, String route, List<OutboxSource.Entry> entries) {
    CamelContext camel = mall.context.getBean(CamelContext.class);
    String uri =
        camel
            .getCamelContextExtension()
            .getContextPlugin(Model.class)
            .getRouteDefinition(route)
            .getOutputs()
            .stream()
            .filter(ToDefinition.class::isInstance)
            .map(step -> ((ToDefinition) step).getUri())
            .findFirst()
            .orElseThrow();
    List<Message> messages = new ArrayList<>();
    for (OutboxSource.Entry entry : entries) {
      Message message = new DefaultMessage(camel);
      message.setBody(entry.body());
      messages.add(message);
    }
    camel.createProducerTemplate().sendBody(uri, messages);
  }

  @ParameterizedTest
  @CsvSource({"mqtt, uplink-normal-enqueue", "kafka, uplink-normal-produce"})
  void whatTheQueueBringsLateTwiceOrOutOfOrderIsSentOnceAndInOrder(String queue, String route)
      throws Exception {
    Map<String, String> settings = Map.of("drover.queue", queue, "drover.uplink.linger", "500");
    try (TestMall mall = settled(settings)) {
      CamelContext camel = mall.context.getBean(CamelContext.class);
      camel.getRouteController().stopRoute(route);
      for (int n = 1; n <= 30; n++) {
        accept(mall, "access_logs", "b1", "normal", "{\"n\":" + n + "}");
      }
      UplinkOutbox outbox = mall.context.getBean("uplinkNormal", UplinkOutbox.class);
      List<OutboxSource.Entry> all = outbox.claim(100);
      assertThat(all).hasSize(30);
      List<List<Integer>> brought =
          List.of(
              List.of(3, 1, 1, 2), // out of order, and twice
              List.of(2, 1, 3), // central has them
              List.of(6, 5), // 4 is lost
              List.of(10, 9, 4, 8, 7, 10)); // 4 comes late
      List<Integer> arrived = List.of(3, 3, 6, 10);
      for (int i = 0; i < brought.size(); i++) {
        bring(mall, route, brought.get(i).stream().map(n -> all.get(n - 1)).toList());
        int count = arrived.get(i);
        await().atMost(SOON).until(() -> arrived().size() >= count);
      }
      camel.getRouteController().startRoute(route);
      awaitDrained(mall);
      assertThat(arrived())
          .containsExactlyElementsOf(IntStream.rangeClosed(1, 30).boxed().toList());
      assertThat(central.uploads.again).as("nothing is sent twice").isEmpty();
      assertThat(ledger(mall).path("balanced").asBoolean()).isTrue();
      double carried = metric(mall, "orchestrator_uplink_carried");
      double filled = metric(mall, "orchestrator_uplink_filled");
      assertThat(carried + filled).isEqualTo(30);
      assertThat(filled).as("4, and what came in another batch").isBetween(1.0, 5.0);
    }
  }

  private double metric(TestMall mall, String name) {
    String all = mall.getManagement("/actuator/prometheus", central.token(Role.ADMIN, "*")).body();
    return all.lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  private static long queued(TestMall mall) {
    return mall.context
        .getBean(MallStore.class)
        .database()
        .first(row -> row.getLong(1), "SELECT count(*) FROM uplink_items WHERE published = 1")
        .orElseThrow();
  }

  @Test
  void whatNobodyKnowsAnythingOfIsAnAlert() throws Exception {
    try (TestMall mall = settled(Map.of("drover.uplink.check-interval", "100"))) {
      CamelContext camel = mall.context.getBean(CamelContext.class);
      camel.getRouteController().stopRoute("uplink-normal-enqueue");
      accept(mall, "access_logs", "b1", "normal", "{\"n\":1}");
      ListAppender<ILoggingEvent> log = new ListAppender<>();
      Logger logger = (Logger) LoggerFactory.getLogger("dev.drover.orchestrator.uplink");
      log.start();
      logger.addAppender(log);
      mall.context
          .getBean(MallStore.class)
          .database()
          .update("DELETE FROM uplink_items WHERE seq = 1");
      JsonNode ledger = ledger(mall);
      assertThat(ledger.path("gap").asInt()).isEqualTo(1);
      assertThat(ledger.path("balanced").asBoolean()).isFalse();
      await()
          .atMost(SOON)
          .until(
              () ->
                  List.copyOf(log.list).stream()
                      .filter(line -> line.getLevel() == Level.ERROR)
                      .anyMatch(line -> line.getKeyValuePairs().toString().contains("uplink_gap")));
      logger.detachAppender(log);
      TestMall.Answer health = mall.get("/health", null);
      assertThat(health.json().at("/checks/uplink").asText()).isEqualTo("unhealthy");
      assertThat(health.json().at("/metrics/uplink_gap").asInt()).isEqualTo(1);
    }
  }

  @Test
  void aRequestThatIsRefusedAsAWholeIsTakenApart() {
    central.uploads.refused.add("poison");
    try (TestMall mall = settled(Map.of())) {
      central.goAway();
      for (int i = 0; i < 5; i++) {
        accept(
            mall,
            "access_logs",
            "b1",
            "normal",
            i == 2 ? "{\"n\":\"poison\"}" : "{\"n\":" + i + "}");
      }
      central.listen();
      awaitDrained(mall);
      assertThat(central.uploads.all())
          .extracting(stored -> stored.body().path("n").asInt())
          .containsExactly(0, 1, 3, 4);
      JsonNode parked = mall.get("/api/uplink/parked", operator()).json();
      assertThat(parked.get(0).path("reason").asText())
          .isEqualTo("central answered 400 VALIDATION_FAILED");
    }
  }

  @Test
  void whileCentralIsAwayTheLatestOfADeviceTakesThePlaceOfOlderOnes() {
    try (TestMall mall = settled(Map.of())) {
      central.goAway();
      await().atMost(SOON).until(() -> !state(mall).path("connected").asBoolean());
      for (int i = 0; i < 20; i++) {
        accept(mall, "beacon_heartbeat", "b" + i % 2, "latest", "{\"n\":" + i + "}");
      }
      JsonNode ledger = ledger(mall);
      assertThat(ledger.path("superseded").asInt()).isEqualTo(18);
      assertThat(ledger.path("pending").asInt()).isEqualTo(2);
      central.listen();
      awaitDrained(mall);
      assertThat(central.uploads.all())
          .extracting(stored -> stored.body().path("n").asInt())
          .containsExactly(18, 19);
      assertThat(ledger(mall).path("balanced").asBoolean()).isTrue();
    }
  }
}

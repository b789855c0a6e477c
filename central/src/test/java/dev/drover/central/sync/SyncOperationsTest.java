package dev.drover.central.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.drover.central.entity.Edit;
import dev.drover.central.entity.EntityOutbox;
import dev.drover.central.entity.EntityStore;
import dev.drover.central.entity.ItemRef;
import dev.drover.engine.backbone.EmbeddedMongo;
import dev.drover.engine.backbone.MongoConfig;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.checksum.EntityDigest;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.guard.Guards;
import dev.drover.engine.http.BodyStream;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.outbox.OutboxSource.Entry;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPInputStream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is written meanwhile, an answer tells one state of the entity, and proves it. */
class SyncOperationsTest {
  @TempDir static Path directory;
  private static EmbeddedMongo server;
  private static MongoClient client;

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Map<String, TreeMap<String, String>> model = new HashMap<>();
  private MongoDatabase database;
  private EntityStore store;
  private SyncOperations sync;

  @BeforeAll
  static void start() {
    server = new EmbeddedMongo(new MongoConfig(directory, 0, false)).start();
    client = MongoClients.create(server.url());
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @BeforeEach
  void emptyDatabase() {
    database = client.getDatabase("sync");
    database.drop();
    restart();
    store.create("mall", "{\"id\":\"mall\"}");
    Checksums.COLLECTIONS.forEach(name -> model.put(name, new TreeMap<>()));
  }

  private void restart() {
    store = new EntityStore(database, Clock.systemUTC());
    sync = new SyncOperations(store, new SyncTraffic(metrics));
  }

  private static ItemRef item(String collection, String id) {
    return new ItemRef("mall", collection, id);
  }

  private long put(String collection, String id, int value) {
    String json = "{\"id\":\"" + id + "\",\"v\":" + value + "}";
    model.get(collection).put(id, json);
    return write(new Edit(item(collection, id), Edit.Kind.UPSERT, json));
  }

  private long remove(String collection, String id) {
    model.get(collection).remove(id);
    return write(new Edit(item(collection, id), Edit.Kind.DELETE, null));
  }

  private long write(Edit edit) {
    return store.writes().write("mall", List.of(edit)).get(0).seq();
  }

  private String expected() {
    return expected(model);
  }

  private static String expected(Map<String, TreeMap<String, String>> of) {
    EntityDigest digest = new EntityDigest();
    of.forEach(
        (collection, items) ->
            items.forEach((id, json) -> digest.set(collection, id, Checksums.item(json))));
    return digest.global();
  }

  private interface Operation {
    void call(Exchange exchange);
  }

  private static Exchange exchange(Map<String, Object> query) {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.setProperty(Authoriser.ENTITY, "mall");
    query.forEach(exchange.getMessage()::setHeader);
    return exchange;
  }

  private static JsonNode call(Operation operation, Map<String, Object> query) {
    Exchange exchange = exchange(query);
    operation.call(exchange);
    return json(exchange);
  }

  private static JsonNode json(Exchange exchange) {
    try (InputStream body =
        exchange.getMessage().getBody() instanceof InputStream stream
            ? stream
            : new ByteArrayInputStream(
                exchange.getMessage().getBody(String.class).getBytes(StandardCharsets.UTF_8))) {
      boolean gzip = "gzip".equals(exchange.getMessage().getHeader(Exchange.CONTENT_ENCODING));
      return Json.tree((gzip ? new GZIPInputStream(body) : body).readAllBytes());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void refused(Runnable call, ErrorCode code) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(ProtocolException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private static Map<String, TreeMap<String, String>> data(JsonNode full) {
    Map<String, TreeMap<String, String>> data = new HashMap<>();
    full.path("data")
        .properties()
        .forEach(
            collection -> {
              TreeMap<String, String> items = new TreeMap<>();
              collection
                  .getValue()
                  .forEach(item -> items.put(item.path("id").asText(), item.toString()));
              data.put(collection.getKey(), items);
            });
    return data;
  }

  @Test
  void aFullSyncIsEverythingWithItsChecksum() {
    put("areas", "a", 1);
    put("areas", "gone", 1);
    put("merchants", "m/ä", 2);
    remove("areas", "gone");
    JsonNode full = call(sync::full, Map.of("Accept-Encoding", "br, gzip;q=0.5"));
    assertThat(data(full)).isEqualTo(model);
    assertThat(full.path("checksum").asText()).isEqualTo(expected());
    assertThat(full.path("cursor").asText()).isEqualTo("4");
    assertThat(full.path("metadata").toString())
        .isEqualTo(
            "{\"total_areas\":1,\"total_beacons\":0,\"total_merchants\":1,\"total_connections\":0}");
    assertThat(full.path("has_more").asBoolean()).isFalse();
    assertThat(metrics.get("central_sync_bytes").tag("kind", "full").counter().count())
        .isPositive();

    JsonNode some = call(sync::full, Map.of("include", "merchants,areas", "format", "full"));
    assertThat(some.path("data").properties().stream().map(Map.Entry::getKey))
        .as("in the order of include")
        .containsExactly("merchants", "areas");
    assertThat(some.at("/audit/merchants/m~1ä/seq").asLong()).isEqualTo(3);
    assertThat(some.path("checksum")).isEqualTo(full.path("checksum"));
  }

  @Test
  void a9AFullSyncOfLargeDocumentsHoldsFewOfThemAtATime() throws Exception {
    String text = "t".repeat(900_000);
    for (int i = 0; i < 12; i++) {
      String json = "{\"id\":\"m" + i + "\",\"text\":\"" + text + "\"}";
      model.get("merchants").put("m" + i, json);
      write(new Edit(item("merchants", "m" + i), Edit.Kind.UPSERT, json));
      put("areas", "a" + i, i);
    }
    Exchange exchange = exchange(Map.of());
    sync.full(exchange);
    long bytes = 0;
    try (BodyStream body = exchange.getMessage().getBody(BodyStream.class)) {
      byte[] piece = new byte[32 * 1024];
      for (int n = body.read(piece); n >= 0; n = body.read(piece)) {
        bytes += n;
        assertThat(body.held()).isLessThan(3_000_000);
      }
    }
    assertThat(bytes).isGreaterThan(12 * 900_000L);
    assertThat(data(call(sync::full, Map.of()))).isEqualTo(model);
  }

  private static final int HELD = 3_000_000;

  private void putLarge(String collection, String id, char text) {
    String json =
        "{\"id\":\"" + id + "\",\"text\":\"" + String.valueOf(text).repeat(900_000) + "\"}";
    model.get(collection).put(id, json);
    write(new Edit(item(collection, id), Edit.Kind.UPSERT, json));
  }

  /** Reads an answer as slowly as its reader takes it, and looks at what it holds meanwhile. */
  private static JsonNode readSlowly(Exchange exchange, Runnable afterTheFirst) {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try (BodyStream body = exchange.getMessage().getBody(BodyStream.class)) {
      byte[] piece = new byte[32 * 1024];
      for (int n = body.read(piece); n >= 0; n = body.read(piece)) {
        if (read.size() == 0) {
          afterTheFirst.run();
        }
        read.write(piece, 0, n);
        assertThat(body.held()).as("bytes between two reads").isLessThan(HELD);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return Json.tree(read.toByteArray());
  }

  @Test
  void a9ADeltaOfLargeDocumentsComesInPagesOfWhichLittleIsHeld() {
    for (int i = 0; i < 40; i++) {
      putLarge("merchants", "m" + i, 'a');
      put("areas", "a" + i, i);
    }
    remove("merchants", "m3");
    putLarge("merchants", "m5", 'b');
    Map<String, TreeMap<String, String>> got = new HashMap<>();
    Checksums.COLLECTIONS.forEach(name -> got.put(name, new TreeMap<>()));
    String cursor = "0";
    JsonNode page = null;
    int pages = 0;
    while (page == null || page.path("has_more").asBoolean()) {
      Exchange exchange = exchange(Map.of("cursor", cursor, "limit", "5000"));
      sync.delta(exchange);
      boolean inPieces = exchange.getMessage().getBody() instanceof BodyStream;
      page = inPieces ? readSlowly(exchange, () -> {}) : json(exchange);
      assertThat(inPieces || page.toString().length() < 1_000_000).isTrue();
      assertThat(page.toString().length()).isLessThan(DeltaPage.MAX_SIZE + 1_100_000);
      assertThat(page.path("cursor").asLong()).as("progress").isGreaterThan(Long.parseLong(cursor));
      cursor = page.path("cursor").asText();
      for (JsonNode change : page.path("changes")) {
        TreeMap<String, String> items = got.get(change.path("type").asText() + "s");
        if (change.path("operation").asText().equals("delete")) {
          items.remove(change.path("id").asText());
        } else {
          items.put(change.path("id").asText(), change.path("data").toString());
        }
      }
      pages++;
    }
    assertThat(got).isEqualTo(model);
    assertThat(page.path("new_checksum").asText()).isEqualTo(expected());
    assertThat(pages).isBetween(4, 8);
  }

  @Test
  void a9OneDocumentThatIsLargerThanAPieceIsProgressToo() {
    putLarge("merchants", "m", 'a');
    put("areas", "a", 1);
    JsonNode page = call(sync::delta, Map.of("cursor", "0", "limit", "1"));
    assertThat(page.path("cursor").asText()).isEqualTo("1");
    assertThat(page.path("changes").get(0).path("data").toString())
        .isEqualTo(model.get("merchants").get("m"));
    assertThat(page.path("has_more").asBoolean()).isTrue();
  }

  /** So many small documents that many are asked for at once, when the large ones come. */
  private void putManySmall(String collection, String prefix) {
    List<Edit> edits = new ArrayList<>();
    for (int i = 0; i < 1500; i++) {
      String id = prefix + i;
      String json = "{\"id\":\"" + id + "\"}";
      model.get(collection).put(id, json);
      edits.add(new Edit(item(collection, id), Edit.Kind.UPSERT, json));
    }
    store.writes().write("mall", edits);
  }

  @Test
  void a9TheDocumentsOfBucketsAreOfOneStateAndFewAreHeld() {
    putManySmall("merchants", "small");
    int large = 0;
    for (int i = 0; large < 12; i++) {
      if (Checksums.bucketOf("m" + i) == 255) {
        putLarge("merchants", "m" + i, 'a');
        large++;
      }
    }
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 256; i++) {
      all.add("%02x".formatted(i));
    }
    Exchange exchange =
        exchange(Map.of("collection", "merchants", "buckets", String.join(",", all)));
    TreeMap<String, String> then = new TreeMap<>(model.get("merchants"));
    JsonNode hashes =
        call(sync::checksum, Map.of("detail", "buckets", "include", "merchants"))
            .at("/buckets/merchants");
    sync.items(exchange);
    JsonNode answer = readSlowly(exchange, this::changeEverything);
    TreeMap<String, String> got = new TreeMap<>();
    for (int i = 0; i < 256; i++) {
      JsonNode bucket = answer.path("buckets").path(all.get(i));
      assertThat(bucket.path("hash")).isEqualTo(hashes.get(i));
      bucket.path("items").forEach(item -> got.put(item.path("id").asText(), item.toString()));
    }
    assertThat(got).isEqualTo(then);
    assertThat(exchange.getProperty(ProtocolLog.RECORDS)).isEqualTo(then.size());
  }

  @Test
  void a9WhatIsPutBackIntoASnapshotIsReadByBytes() {
    putManySmall("areas", "small");
    for (int i = 0; i < 40; i++) {
      putLarge("merchants", "m" + i, 'a');
    }
    Map<String, TreeMap<String, String>> then = new HashMap<>();
    model.forEach((name, items) -> then.put(name, new TreeMap<>(items)));
    Exchange exchange = exchange(Map.of());
    sync.full(exchange);
    JsonNode full = readSlowly(exchange, this::changeEverything);
    assertThat(data(full)).isEqualTo(then);
    assertThat(full.path("checksum").asText()).isEqualTo(expected(then));
  }

  /** Small ones instead of the large ones, deleted ones, new ones, some of them twice. */
  private void changeEverything() {
    int i = 0;
    for (String id : List.copyOf(model.get("merchants").keySet())) {
      i++;
      if (id.startsWith("m") || i % 100 == 0) {
        put("merchants", id, i);
        if (i % 3 == 0) {
          remove("merchants", id);
        }
        if (i % 6 == 0) {
          put("merchants", id, -i);
        }
        put("merchants", "new" + i, i);
      }
    }
    store.view("mall");
  }

  @Test
  void whoHasItIsNotSentItAgain() {
    put("areas", "a", 1);
    Exchange first = exchange(Map.of());
    sync.full(first);
    String tag = first.getMessage().getHeader("ETag", String.class);
    Exchange again = exchange(Map.of("If-None-Match", tag));
    sync.full(again);
    assertThat(again.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(304);
    assertThat(again.getMessage().getBody()).isNull();
    put("areas", "a", 2);
    Exchange changed = exchange(Map.of("If-None-Match", tag));
    sync.full(changed);
    assertThat(data(json(changed))).isEqualTo(model);
  }

  @Test
  void aSnapshotIsOfOneStateWhateverIsWrittenWhileItIsRead() throws Exception {
    putManySmall("areas", "a");
    Map<String, TreeMap<String, String>> before = new HashMap<>();
    model.forEach((name, items) -> before.put(name, new TreeMap<>(items)));
    Exchange exchange = exchange(Map.of());
    sync.full(exchange);
    InputStream body = exchange.getMessage().getBody(InputStream.class);
    byte[] start = body.readNBytes(100);
    put("areas", "a1", 1);
    put("areas", "a1", 2);
    remove("areas", "a999");
    put("areas", "a99999", 1);
    remove("areas", "a5");
    put("areas", "a5", 9);
    put("beacons", "b", 1);
    String text = new String(start, StandardCharsets.UTF_8) + new String(body.readAllBytes());
    JsonNode full = Json.tree(text.getBytes(StandardCharsets.UTF_8));
    assertThat(data(full)).isEqualTo(before);
    assertThat(full.path("checksum").asText()).isEqualTo(expected(before));
    assertThat(data(call(sync::full, Map.of()))).isEqualTo(model);
  }

  @Test
  void thePagesOfAFullSyncAreOfOneSnapshot() {
    for (int i = 0; i < 25; i++) {
      put(Checksums.COLLECTIONS.get(i % 4), "x" + i, 0);
    }
    String checksum = expected();
    Map<String, TreeMap<String, String>> before = new HashMap<>();
    model.forEach((name, items) -> before.put(name, new TreeMap<>(items)));
    Map<String, TreeMap<String, String>> read = new HashMap<>();
    Checksums.COLLECTIONS.forEach(name -> read.put(name, new TreeMap<>()));
    Map<String, Object> query = new HashMap<>(Map.of("limit", "4"));
    int pages = 0;
    JsonNode page;
    do {
      page = call(sync::full, query);
      assertThat(page.path("checksum").asText()).isEqualTo(checksum);
      int[] items = {0};
      data(page)
          .forEach(
              (name, some) -> {
                items[0] += some.size();
                some.forEach((id, json) -> assertThat(read.get(name).put(id, json)).isNull());
              });
      assertThat(items[0]).isBetween(1, 4);
      query.put("cursor", page.path("next_cursor").asText());
      put("beacons", "x" + (pages * 4 + 1), 7);
      if (pages == 2) {
        remove("connections", "x23");
      }
      pages++;
    } while (page.path("has_more").asBoolean());
    assertThat(read).isEqualTo(before);
    assertThat(pages).isEqualTo(7);
  }

  @Test
  void aDeltaTellsTheNetChangeOfEachDocument() {
    put("areas", "kept", 1);
    put("areas", "deleted", 1);
    put("areas", "back", 1);
    String base = expected();
    put("areas", "fleeting", 1);
    remove("areas", "fleeting");
    put("beacons", "new", 1);
    put("beacons", "new", 2);
    remove("areas", "deleted");
    remove("areas", "back");
    put("areas", "back", 2);
    put("areas", "kept", 2);
    JsonNode delta = call(sync::delta, Map.of("cursor", "3"));
    List<String> changes = new ArrayList<>();
    delta
        .path("changes")
        .forEach(
            change ->
                changes.add(
                    change.path("operation").asText()
                        + " "
                        + change.path("type").asText()
                        + " "
                        + change.path("id").asText()
                        + " "
                        + change.path("data").path("v").asText()));
    assertThat(changes)
        .containsExactly(
            "create beacon new 2",
            "delete area deleted ",
            "update area back 2",
            "update area kept 2");
    assertThat(delta.path("changes").get(1).has("data")).isFalse();
    assertThat(delta.path("base_checksum").asText()).isEqualTo(base);
    assertThat(delta.path("new_checksum").asText()).isEqualTo(expected());
    assertThat(delta.path("cursor").asText()).isEqualTo("11");
    assertThat(delta.path("next_cursor").isNull()).isTrue();
    assertThat(delta.path("timestamp")).isEqualTo(delta.path("changes").get(3).path("updated_at"));
  }

  @Test
  void theBaseIsTheRootThatWasToldAtItsTimeAlsoAfterARestart() {
    put("areas", "a", 1);
    JsonNode then = call(sync::checksum, Map.of());
    put("areas", "a", 2);
    put("beacons", "b", 1);
    Map<String, Object> cursor = Map.of("cursor", then.path("cursor").asText());
    JsonNode remembered = call(sync::delta, cursor);
    restart();
    JsonNode workedOut = call(sync::delta, cursor);
    assertThat(remembered.path("base_checksum")).isEqualTo(then.path("checksums").path("global"));
    assertThat(workedOut.path("base_checksum")).isEqualTo(remembered.path("base_checksum"));
  }

  @Test
  void aPageThatIsNotTheLastProvesNothing() {
    for (int i = 0; i < 5; i++) {
      put("areas", "a" + i, i);
    }
    JsonNode first = call(sync::delta, Map.of("cursor", "0", "limit", "2"));
    assertThat(first.path("has_more").asBoolean()).isTrue();
    assertThat(first.path("new_checksum")).isEqualTo(first.path("base_checksum"));
    assertThat(first.path("base_checksum").asText()).isEqualTo(new EntityDigest().global());
    JsonNode second =
        call(sync::delta, Map.of("cursor", first.path("next_cursor").asText(), "limit", "3"));
    assertThat(second.path("changes")).hasSize(3);
    assertThat(second.path("new_checksum").asText()).isEqualTo(expected());
    assertThat(second.path("has_more").asBoolean()).isFalse();
  }

  @Test
  void aTimeIsAsGoodAsACursorAndIncludesWhatHappenedThen() {
    put("areas", "a", 1);
    put("areas", "b", 1);
    put("areas", "c", 1);
    JsonNode all = call(sync::delta, Map.of("cursor", "0"));
    String second = all.path("changes").get(1).path("updated_at").asText();
    for (String spelling :
        List.of(
            second,
            second.replace("Z", "+00:00"),
            second.replace("Z", " 00:00"),
            second.toLowerCase(java.util.Locale.ROOT),
            Instant.parse(second).atOffset(java.time.ZoneOffset.ofHours(2)).toString())) {
      JsonNode delta = call(sync::delta, Map.of("since", spelling));
      assertThat(delta.path("changes")).as(spelling).hasSize(2);
    }
    JsonNode future = call(sync::delta, Map.of("since", "2999-01-01T00:00:00Z"));
    assertThat(future.path("changes")).isEmpty();
    assertThat(future.path("cursor").asText()).isEqualTo("3");
    assertThat(call(sync::delta, Map.of("since", "1999-01-01T00:00:00Z")).path("changes"))
        .hasSize(3);
  }

  @Test
  void whoIsTooFarBehindHasToBeginAnew() {
    put("areas", "a", 1);
    put("areas", "b", 1);
    remove("areas", "b");
    Entry told =
        new EntityOutbox(database, store, Duration.ZERO, Clock.systemUTC()).claim(1).get(0);
    new EntityOutbox(database, store, Duration.ZERO, Clock.systemUTC()).done(List.of(told));
    Instant kept = Instant.now().plusMillis(50);
    while (Instant.now().isBefore(kept)) {
      Thread.onSpinWait();
    }
    put("areas", "c", 1);
    assertThat(store.forget(kept)).isEqualTo(3);
    assertThat(store.forget(kept)).isZero();
    refused(() -> call(sync::delta, Map.of("cursor", "2")), ErrorCode.SYNC_CHECKSUM_MISMATCH);
    refused(
        () -> call(sync::delta, Map.of("since", "2020-01-01T00:00:00Z")),
        ErrorCode.SYNC_CHECKSUM_MISMATCH);
    refused(() -> call(sync::delta, Map.of("cursor", "99")), ErrorCode.SYNC_CHECKSUM_MISMATCH);
    assertThat(call(sync::delta, Map.of("cursor", "3")).path("changes")).hasSize(1);
    assertThat(call(sync::delta, Map.of("since", Instant.now().toString())).path("changes"))
        .isEmpty();
    assertThat(data(call(sync::full, Map.of()))).isEqualTo(model);
    assertThat(database.getCollection("items").countDocuments()).isEqualTo(2);
  }

  @Test
  void pagesHaveTheOrderOfTheFirstOneWhateverTheOthersSay() {
    for (int i = 0; i < 3; i++) {
      put("areas", "a-" + i, i);
      put("beacons", "b-" + i, i);
    }
    List<String> seen = new ArrayList<>();
    Map<String, Object> asked = Map.of("include", "beacons,areas", "limit", "2");
    for (String include = "beacons,areas"; ; include = "areas,beacons") {
      JsonNode page = call(sync::full, asked);
      page.path("data").forEach(list -> list.forEach(item -> seen.add(item.path("id").asText())));
      String cursor = page.path("next_cursor").textValue();
      if (cursor == null) {
        break;
      }
      refused(
          () -> call(sync::full, Map.of("cursor", cursor, "include", "areas")),
          ErrorCode.VALIDATION_FAILED);
      asked =
          seen.size() == 2
              ? Map.of("cursor", cursor, "limit", "2")
              : Map.of("cursor", cursor, "include", include, "limit", "2");
    }
    assertThat(seen).containsExactly("b-0", "b-1", "b-2", "a-0", "a-1", "a-2");
  }

  @Test
  void nonsenseIsRefused() {
    for (Map<String, Object> query :
        List.<Map<String, Object>>of(
            Map.of("include", "areas,robots"),
            Map.of("format", "xml"),
            Map.of("limit", "0"),
            Map.of("limit", "100001"),
            Map.of("cursor", "garbage"))) {
      refused(() -> call(sync::full, query), ErrorCode.VALIDATION_FAILED);
    }
    for (Map<String, Object> query :
        List.<Map<String, Object>>of(
            Map.of(),
            Map.of("cursor", "seven"),
            Map.of("cursor", "-1"),
            Map.of("cursor", "1", "limit", "5001"),
            Map.of("since", "yesterday"))) {
      refused(() -> call(sync::delta, query), ErrorCode.VALIDATION_FAILED);
    }
    refused(() -> call(sync::checksum, Map.of("detail", "all")), ErrorCode.VALIDATION_FAILED);
    refused(
        () -> call(sync::items, Map.of("collection", "areas", "buckets", "100")),
        ErrorCode.VALIDATION_FAILED);
    refused(
        () -> call(sync::items, Map.of("collection", "robots", "buckets", "00")),
        ErrorCode.VALIDATION_FAILED);
  }

  @Test
  void theBucketsThatDifferCanBeFetched() {
    for (int i = 0; i < 600; i++) {
      put("areas", "a" + i, i);
    }
    JsonNode detail = call(sync::checksum, Map.of("detail", "buckets", "include", "areas"));
    assertThat(detail.path("buckets").properties()).hasSize(1);
    JsonNode hashes = detail.path("buckets").path("areas");
    assertThat(hashes).hasSize(256);
    int bucket = Checksums.bucketOf("a17");
    JsonNode items =
        call(sync::items, Map.of("collection", "areas", "buckets", "%02x".formatted(bucket)));
    JsonNode only = items.path("buckets").path("%02x".formatted(bucket));
    assertThat(only.path("hash")).isEqualTo(hashes.get(bucket));
    Set<String> ids = new HashSet<>();
    only.path("items").forEach(item -> ids.add(item.path("id").asText()));
    assertThat(ids)
        .containsExactlyInAnyOrderElementsOf(
            model.get("areas").keySet().stream()
                .filter(id -> Checksums.bucketOf(id) == bucket)
                .toList());
  }

  @Test
  void checksumsFollowEveryChangeAlsoAfterARestartAndFromTwoProcesses() throws Exception {
    Random random = new Random(4711);
    EntityStore other = new EntityStore(database, Clock.systemUTC());
    AtomicBoolean stop = new AtomicBoolean();
    List<Throwable> failures = new ArrayList<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                while (!stop.get()) {
                  other.view("mall");
                }
              } catch (RuntimeException e) {
                failures.add(e);
              }
            });
    reader.start();
    try {
      for (int i = 0; i < 400; i++) {
        String collection = Checksums.COLLECTIONS.get(random.nextInt(4));
        String id = "i" + random.nextInt(40);
        if (random.nextInt(4) == 0 && model.get(collection).containsKey(id)) {
          remove(collection, id);
        } else {
          put(collection, id, i);
        }
        if (i % 7 == 0) {
          assertThat(store.view("mall").roots().global()).as("change " + i).isEqualTo(expected());
        }
        if (i % 50 == 0) {
          restart();
        }
      }
    } finally {
      stop.set(true);
      reader.join();
    }
    assertThat(failures).isEmpty();
    restart();
    assertThat(store.view("mall").roots().global()).isEqualTo(expected());
    assertThat(other.view("mall").roots().global()).isEqualTo(expected());
  }

  @Test
  void whatHasNoCanonicalFormIsRefusedBeforeItIsWritten() {
    String huge = "{\"id\":\"a\",\"v\":1e999}";
    refused(
        () -> write(new Edit(item("areas", "a"), Edit.Kind.UPSERT, huge)),
        ErrorCode.VALIDATION_FAILED);
    assertThat(store.view("mall").seq()).isZero();
  }

  private JsonNode merge(String orchestrator, String changes) {
    Exchange exchange = exchange(Map.of());
    exchange.setProperty(
        Guards.PRINCIPAL,
        new Principal(
            new Grant(orchestrator, Role.ORCHESTRATOR, "mall", Optional.of(orchestrator)),
            Instant.MAX,
            "token"));
    exchange.getMessage().setBody("{\"changes\":[" + changes + "]}");
    new EdgeEditDecisions(store).merge(exchange);
    return json(exchange).path("results");
  }

  private static String change(String operation, String id, int value, long base) {
    String data = operation.equals("delete") ? "" : ",\"data\":{\"id\":\"%s\",\"v\":%d}";
    return ("{\"type\":\"area\",\"operation\":\"%s\",\"id\":\"%s\",\"base_seq\":%d" + data + "}")
        .formatted(operation, id, base, id, value);
  }

  @Test
  void anEditThatHasSeenTheNewestIsAppliedAndAnotherIsToldTheWinner() {
    long base = put("areas", "a", 1);
    JsonNode applied = merge("edge-1", change("update", "a", 2, base));
    assertThat(applied.get(0).path("status").asText()).isEqualTo("applied");
    assertThat(store.read(item("areas", "a"))).contains("{\"id\":\"a\",\"v\":2}");

    JsonNode again = merge("edge-1", change("update", "a", 3, base));
    assertThat(again.get(0).path("status").asText())
        .as("its own earlier edit")
        .isEqualTo("applied");

    JsonNode late = merge("edge-2", change("update", "a", 4, base));
    assertThat(late.get(0).path("status").asText()).isEqualTo("conflict");
    assertThat(late.get(0).path("data").path("v").asInt()).isEqualTo(3);
    assertThat(late.get(0).path("seq").asLong()).isEqualTo(3);
    JsonNode forced = merge("edge-2", change("update", "a", 4, 3));
    assertThat(forced.get(0).path("status").asText()).isEqualTo("applied");

    JsonNode done = merge("edge-1", change("update", "a", 4, base));
    assertThat(done.get(0).path("status").asText()).as("nothing left to do").isEqualTo("applied");
    assertThat(store.view("mall").seq()).isEqualTo(4);

    remove("areas", "a");
    JsonNode gone = merge("edge-1", change("update", "a", 5, 4));
    assertThat(gone.get(0).path("status").asText()).isEqualTo("conflict");
    assertThat(gone.get(0).path("operation").asText()).isEqualTo("delete");
    assertThat(gone.get(0).path("data").isNull()).isTrue();
    assertThat(merge("edge-1", change("delete", "a", 0, 1)).get(0).path("status").asText())
        .isEqualTo("applied");
  }

  @Test
  void b5ABaseThatIsStillToComeIsRefusedAndNothingOfItsBatchIsDone() {
    long base = put("areas", "a", 1);
    refused(
        () ->
            merge(
                "edge-1",
                change("create", "b", 1, base) + "," + change("update", "a", 2, base + 1)),
        ErrorCode.VALIDATION_FAILED);
    assertThat(store.view("mall").seq()).isEqualTo(base);
    assertThat(store.read(item("areas", "b"))).isEmpty();
  }

  @Test
  void b12TwoCreatesOfOneIdInOneCallFollowEachOther() {
    JsonNode results =
        merge("edge-1", change("create", "x", 1, 0) + "," + change("create", "x", 2, 0));
    assertThat(results.findValuesAsText("status")).containsExactly("applied", "applied");
    assertThat(store.read(item("areas", "x"))).contains("{\"id\":\"x\",\"v\":2}");
    assertThat(merge("edge-2", change("create", "x", 3, 2)).get(0).path("status").asText())
        .as("another mall's create of what is there")
        .isEqualTo("conflict");
  }

  @Test
  void oneBatchIsOneStepAndItsEditsFollowEachOther() {
    JsonNode results =
        merge(
            "edge-1",
            String.join(
                ",",
                change("create", "x", 1, 0),
                change("update", "x", 2, 0),
                change("create", "x", 3, 0),
                change("delete", "x", 0, 0)));
    assertThat(results.findValuesAsText("status"))
        .containsExactly("applied", "applied", "applied", "applied");
    assertThat(store.read(item("areas", "x"))).isEmpty();
    assertThat(store.view("mall").seq()).isEqualTo(4);
    for (String bad :
        List.of(
            "{}",
            "{\"type\":\"robot\",\"operation\":\"update\",\"id\":\"a\",\"base_seq\":0,\"data\":{}}",
            "{\"type\":\"area\",\"operation\":\"move\",\"id\":\"a\",\"base_seq\":0,\"data\":{}}",
            "{\"type\":\"area\",\"operation\":\"update\",\"id\":\"a\",\"base_seq\":-1,\"data\":{}}",
            "{\"type\":\"area\",\"operation\":\"update\",\"id\":\"a\",\"base_seq\":0}",
            "{\"type\":\"area\",\"operation\":\"update\",\"id\":\"a\",\"base_seq\":0,\"data\":{\"id\":\"b\"}}",
            "{\"type\":\"area\",\"operation\":\"update\",\"id\":\"\",\"base_seq\":0,\"data\":{}}")) {
      refused(() -> merge("edge-1", bad), ErrorCode.VALIDATION_FAILED);
    }
    assertThat(store.view("mall").seq()).isEqualTo(4);
  }
}

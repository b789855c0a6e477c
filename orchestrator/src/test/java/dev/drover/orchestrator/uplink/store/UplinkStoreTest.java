package dev.drover.orchestrator.uplink.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.outbox.OutboxSource;
import dev.drover.orchestrator.database.SealedTable;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.uplink.UplinkOutbox;
import dev.drover.orchestrator.uplink.UplinkRequest;
import dev.drover.proto.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may go into which queue when, and what the ledger makes of it. */
class UplinkStoreTest {
  @TempDir Path directory;
  private final Sealer sealer = new Sealer(new byte[32]);
  private MallStore mall;
  private UplinkStore store;

  @BeforeEach
  void open() {
    Clock clock = Clock.systemUTC();
    mall = new MallStore(directory.resolve("mall.db"), sealer, clock);
    store = new UplinkStore(mall, 10_000_000, clock);
  }

  @AfterEach
  void close() {
    mall.close();
  }

  private UplinkItem accept(String key, UplinkClass queue) {
    return store.accept("any", key, queue, null, "{}").orElseThrow();
  }

  private List<Long> ready(UplinkClass queue) {
    return store.unpublished(queue, 100, 1_000_000).stream()
        .map(item -> Long.valueOf(item.id()))
        .toList();
  }

  private void settle(Verdict.Status status, UplinkItem... items) {
    store.settle(
        List.of(items).stream().map(item -> new Verdict(item, status, null, "why")).toList(),
        "step");
  }

  @Test
  void anItemWaitsForTheOlderUrgentOneOfItsKey() {
    accept("b1", UplinkClass.NORMAL);
    UplinkItem urgent = accept("b1", UplinkClass.URGENT);
    accept("b1", UplinkClass.NORMAL);
    accept("b2", UplinkClass.NORMAL);
    accept("b1", UplinkClass.LATEST);
    assertThat(ready(UplinkClass.URGENT)).containsExactly(2L);
    assertThat(ready(UplinkClass.NORMAL)).containsExactly(1L, 4L);
    assertThat(ready(UplinkClass.LATEST)).isEmpty();
    store.published(List.of(2L));
    assertThat(ready(UplinkClass.NORMAL)).as("in the queue is not at central").hasSize(2);
    settle(Verdict.Status.AGAIN, urgent);
    assertThat(ready(UplinkClass.NORMAL)).as("refused, and tried again").hasSize(2);
    settle(Verdict.Status.STORED, urgent);
    assertThat(ready(UplinkClass.NORMAL)).containsExactly(1L, 3L, 4L);
    assertThat(ready(UplinkClass.LATEST)).containsExactly(5L);
  }

  @Test
  void whatHasNoKeyWaitsForNothing() {
    accept("", UplinkClass.URGENT);
    accept("", UplinkClass.NORMAL);
    assertThat(ready(UplinkClass.NORMAL)).containsExactly(2L);
  }

  @Test
  void allUrgentOnesOfAKeyGoBeforeWhatFollowsThem() {
    UplinkItem first = accept("b1", UplinkClass.URGENT);
    UplinkItem second = accept("b1", UplinkClass.URGENT);
    accept("b1", UplinkClass.NORMAL);
    UplinkItem later = accept("b1", UplinkClass.URGENT);
    settle(Verdict.Status.STORED, second);
    assertThat(ready(UplinkClass.NORMAL)).as("the first one is refused still").isEmpty();
    settle(Verdict.Status.PARKED, first);
    assertThat(ready(UplinkClass.NORMAL)).as("a parked item holds up nothing").containsExactly(3L);
    settle(Verdict.Status.STORED, later);
    assertThat(ready(UplinkClass.NORMAL)).containsExactly(3L);
  }

  @Test
  void whatTheQueueBringsLateOrHasLostGoesInItsPlace() {
    UplinkItem lost = accept("b1", UplinkClass.NORMAL);
    UplinkItem second = accept("b2", UplinkClass.NORMAL);
    UplinkItem third = accept("b1", UplinkClass.NORMAL);
    accept("b1", UplinkClass.NORMAL);
    store.published(List.of(1L, 2L, 3L));
    assertThat(next(2, third, second)).as("so many at a time").containsExactly(1L, 2L);
    settle(Verdict.Status.STORED, lost);
    settle(Verdict.Status.STORED, second);
    assertThat(next(2, third, second)).as("none of what comes after").containsExactly(3L);
    settle(Verdict.Status.STORED, third);
    assertThat(next(2, third, second)).isEmpty();
  }

  @Test
  void whatMayStillGiveWayIsNotSentBeforeItIsInTheQueue() {
    UplinkItem urgent = accept("b1", UplinkClass.URGENT);
    UplinkItem heartbeat = accept("b2", UplinkClass.LATEST);
    UplinkItem another = accept("b3", UplinkClass.LATEST);
    store.published(List.of(3L));
    assertThat(next(9, another, urgent)).containsExactly(1L, 3L);
    assertThat(next(9, heartbeat)).as("it came, before that was noted").containsExactly(2L);
    accept("b2", UplinkClass.LATEST);
    assertThat(store.ledger().superseded()).as("it may be at central by now").isZero();
  }

  @Test
  void whatTheQueueHasLostGoesThereAgainAndDoesNotGiveWay() {
    accept("b1", UplinkClass.LATEST);
    accept("b2", UplinkClass.LATEST);
    store.published(List.of(1L));
    store = new UplinkStore(mall, 1_000_000, Clock.systemUTC());
    accept("b1", UplinkClass.LATEST);
    accept("b2", UplinkClass.LATEST);
    assertThat(ready(UplinkClass.LATEST)).as("1 is in the queue still").containsExactly(3L, 4L);
    assertThat(store.queued(UplinkClass.LATEST).items()).isEqualTo(1);
    store.publishAgain(UplinkClass.LATEST);
    assertThat(ready(UplinkClass.LATEST)).as("first what is older").containsExactly(1L);
    assertThat(store.ledger().superseded()).as("1 may be at central").isEqualTo(1);
    assertThat(store.queued(UplinkClass.LATEST).items()).isZero();
  }

  @Test
  void aMessageNamesItsItemAndShowsNothingOfIt() {
    UplinkItem item =
        store.accept("any", "b1", UplinkClass.NORMAL, null, "{\"n\":\"secret\"}").orElseThrow();
    byte[] message =
        store
            .unpublished(UplinkClass.NORMAL, 1, 1)
            .get(0)
            .body()
            .toString()
            .getBytes(StandardCharsets.UTF_8);
    assertThat(new String(message, StandardCharsets.UTF_8))
        .contains("\"type\":\"any\"", "\"key\":\"b1\"", "\"sealed\":\"")
        .doesNotContain("secret");
    UplinkCopy copy = UplinkCopy.read(message);
    assertThat(filled(List.of(copy.ref()), 9999)).containsExactly(item);
    UplinkRef other = new UplinkRef(1, UplinkClass.NORMAL, "of another store");
    assertThat(store.next(List.of(other), 9, 9999)).isEmpty();
    assertThat(store.next(List.of(other, copy.ref()), 9, 9999)).hasSize(1);
    assertThat(store.next(List.of(copy.ref(), other), 9, 9999)).hasSize(1);
  }

  @Test
  void whatNoKeyOpensHasNoBody() {
    UplinkItem broken = accept("b1", UplinkClass.NORMAL);
    UplinkItem next = accept("b1", UplinkClass.NORMAL);
    mall.database().update("UPDATE uplink_items SET body = zeroblob(40) WHERE seq = 1");
    assertThat(filled(List.of(UplinkRef.of(broken), UplinkRef.of(next)), 9999))
        .extracting(UplinkItem::body)
        .containsExactly(null, "{}");
  }

  private List<UplinkCopy> queued() {
    return store.unpublished(UplinkClass.NORMAL, 100, 1_000_000).stream()
        .map(entry -> UplinkCopy.read(entry.body().toString().getBytes(StandardCharsets.UTF_8)))
        .toList();
  }

  @Test
  void whatTheQueueBringsIsSentAlsoWhenTheStoreHasItNoMore() {
    UplinkItem first = accept("b1", UplinkClass.NORMAL);
    UplinkItem second = accept("b2", UplinkClass.NORMAL);
    List<UplinkCopy> queue = queued();
    mall.database().update("UPDATE uplink_items SET body = NULL");
    List<UplinkItem> next =
        store.next(queue.stream().map(UplinkCopy::ref).toList(), 9, 9999).stream()
            .map(item -> store.carried(item, queue.get((int) item.seq() - 1)))
            .toList();
    assertThat(next).containsExactly(first, second);
    assertThat(store.carried()).isEqualTo(2);
    assertThat(store.filled()).isZero();
  }

  @Test
  void aMessageThatIsNotWhatItsRowSaysIsAHole() {
    UplinkItem item = accept("b1", UplinkClass.NORMAL);
    UplinkItem other = accept("b2", UplinkClass.NORMAL);
    List<UplinkCopy> queue = queued();
    UplinkCopy good = queue.get(0);
    UplinkItem head = store.next(List.of(good.ref()), 9, 9999).get(0);
    assertThat(head.body()).isNull();
    byte[] stranger = queue.get(1).sealed();
    byte[] cut = Arrays.copyOf(good.sealed(), 40);
    for (UplinkCopy bad :
        List.of(
            new UplinkCopy(good.ref(), "another", "b1", good.createdAt(), good.sealed()),
            new UplinkCopy(good.ref(), "any", "b7", good.createdAt(), good.sealed()),
            new UplinkCopy(good.ref(), "any", "b1", Instant.EPOCH, good.sealed()),
            new UplinkCopy(good.ref(), "any", "b1", good.createdAt(), stranger),
            new UplinkCopy(good.ref(), "any", "b1", good.createdAt(), cut),
            queue.get(1))) {
      assertThat(store.carried(head, bad)).as(bad.toString()).isEqualTo(head);
    }
    assertThat(store.carried(head, null)).isEqualTo(head);
    assertThat(store.carried(head, good)).isEqualTo(item);
    assertThat(store.fill(List.of(head, other))).containsExactly(item, other);
    assertThat(store.filled()).isEqualTo(1);
  }

  @Test
  void whatTheQueueBringsUnderAForgottenKeyIsAHole() {
    UplinkItem item = accept("b1", UplinkClass.NORMAL);
    UplinkCopy copy = queued().get(0);
    byte[] key = new byte[32];
    key[0] = 1;
    sealer.rotate(key);
    store.sealedTables().forEach(table -> table.seal(sealer, List.of(), 10));
    UplinkItem head = store.next(List.of(copy.ref()), 9, 9999).get(0);
    assertThat(store.carried(head, copy)).as("the old key opens it still").isEqualTo(item);
    sealer.forgetOlder();
    assertThat(store.carried(head, copy)).isEqualTo(head);
    assertThat(store.fill(List.of(head))).containsExactly(item);
  }

  @Test
  void whatAnEarlierVersionPutIntoTheQueueIsRead() {
    UplinkCopy copy =
        UplinkCopy.read(
            """
            {"seq":7,"type":"access_logs","idempotency_key":"k-7",\
            "created_at":"2026-11-28T08:00:00.123Z","key":"b1","class":"normal","sealed":"AQID"}\
            """
                .getBytes(StandardCharsets.UTF_8));
    assertThat(copy.ref()).isEqualTo(new UplinkRef(7, UplinkClass.NORMAL, "k-7"));
    assertThat(copy.type()).isEqualTo("access_logs");
    assertThat(copy.key()).isEqualTo("b1");
    assertThat(copy.createdAt()).isEqualTo("2026-11-28T08:00:00.123Z");
    assertThat(copy.sealed()).containsExactly(1, 2, 3);
  }

  @Test
  void whatWaitsAndWhatIsParkedIsSealedAnewWhenTheKeyChanges() {
    UplinkItem waiting = accept("b1", UplinkClass.NORMAL);
    settle(Verdict.Status.PARKED, accept("b2", UplinkClass.NORMAL));
    byte[] key = new byte[32];
    key[0] = 1;
    sealer.rotate(key);
    for (SealedTable table : store.sealedTables()) {
      assertThat(table.count(sealer)).isEqualTo(1);
      assertThat(table.seal(sealer, List.of(), 10).sealed()).isEqualTo(1);
    }
    mall.close();
    mall = new MallStore(directory.resolve("mall.db"), new Sealer(key), Clock.systemUTC());
    store = new UplinkStore(mall, 1_000_000, Clock.systemUTC());
    assertThat(filled(List.of(UplinkRef.of(waiting)), 9999)).containsExactly(waiting);
    assertThat(store.parked().list(0, 9, 9999)).extracting(ParkedItem::body).containsExactly("{}");
  }

  private List<Long> next(int most, UplinkItem... batch) {
    List<UplinkRef> brought = List.of(batch).stream().map(UplinkRef::of).toList();
    return store.next(brought, most, 1_000_000).stream().map(UplinkItem::seq).toList();
  }

  /** What is sent when the queue brings no more than which writes they are. */
  private List<UplinkItem> filled(List<UplinkRef> batch, long bytes) {
    return store.fill(store.next(batch, 9, bytes));
  }

  private UplinkItem large(int bytes) {
    String body = "{\"text\":\"" + "x".repeat(bytes) + "\"}";
    return store.accept("any", "b1", UplinkClass.NORMAL, null, body).orElseThrow();
  }

  @Test
  void a7ARequestIsBoundedInBytesAndALargerItemGoesAlone() {
    UplinkItem[] items = {large(40_000), large(40_000), large(300_000), large(10), large(10)};
    for (List<Long> expected :
        List.of(List.of(1L, 2L), List.of(3L), List.of(4L, 5L), List.<Long>of())) {
      List<UplinkItem> next =
          store.next(List.of(items).stream().map(UplinkRef::of).toList(), 100, 100_000);
      assertThat(next).extracting(UplinkItem::seq).isEqualTo(expected);
      settle(Verdict.Status.STORED, next.toArray(UplinkItem[]::new));
    }
  }

  @Test
  void a7WhatTheQueueCarriesIsBoundedInBytesWhateverWaits() {
    UplinkOutbox outbox = UplinkOutbox.normal(store, new UplinkOutbox.Window(1000, 50_000));
    for (int i = 0; i < 5; i++) {
      large(30_000);
    }
    List<OutboxSource.Entry> first = outbox.claim(100);
    assertThat(first).hasSize(1);
    outbox.done(first);
    List<OutboxSource.Entry> second = outbox.claim(100);
    assertThat(second).as("less than the window was in it").hasSize(1);
    outbox.done(second);
    assertThat(outbox.claim(100)).isEmpty();
    assertThat(ready(UplinkClass.NORMAL)).as("the others wait on the disk").hasSize(3);
  }

  @Test
  void a7TheQueueCarriesNoLargeWriteButItsNumber() {
    UplinkItem item = large(UplinkRows.COPY);
    OutboxSource.Entry entry = store.unpublished(UplinkClass.NORMAL, 9, 9999).get(0);
    assertThat(entry.body().toString()).hasSizeLessThan(500).contains("\"sealed\":null");
    UplinkCopy named = UplinkCopy.read(entry.body().toString().getBytes(StandardCharsets.UTF_8));
    assertThat(filled(List.of(named.ref()), 9)).containsExactly(item);
  }

  @Test
  void a7ALongListOfParkedItemsComesInPagesOfBytes() {
    settle(Verdict.Status.PARKED, large(300_000), large(300_000), large(300_000));
    assertThat(store.parked().list(0, 10, 700_000)).hasSize(2);
    assertThat(store.parked().list(2, 10, 700_000)).hasSize(1);
    assertThat(store.parked().list(0, 10, 9)).hasSize(1);
  }

  @Test
  void aRequestIsTheJsonOfItsItems() {
    UplinkItem item =
        store.accept("any", "b1", UplinkClass.NORMAL, null, "{\"n\":\"ä€😀\"}").orElseThrow();
    byte[] request = UplinkRequest.of("mall", "batch", List.of(item, item));
    JsonNode json = Json.tree(request);
    assertThat(json.path("entity_id").asText()).isEqualTo("mall");
    assertThat(json.path("batch_id").asText()).isEqualTo("batch");
    assertThat(json.path("items")).hasSize(2);
    assertThat(json.at("/items/1/body/n").asText()).isEqualTo("ä€😀");
    assertThat(json.at("/items/1/idempotency_key").asText()).isEqualTo(item.idempotencyKey());
  }

  @Test
  void aReaderThatHasNothingToDoIsSilentAfterGrowingWaits() {
    AtomicLong seconds = new AtomicLong(100);
    UplinkPulse pulse = new UplinkPulse(() -> seconds.get() * 1_000_000_000);
    assertThat(pulse.silent(UplinkClass.NORMAL)).isFalse();
    seconds.addAndGet(5);
    assertThat(pulse.silent(UplinkClass.NORMAL)).isTrue();
    seconds.addAndGet(9);
    assertThat(pulse.silent(UplinkClass.NORMAL)).isFalse();
    pulse.works(UplinkClass.NORMAL);
    seconds.addAndGet(60);
    assertThat(pulse.silent(UplinkClass.NORMAL)).as("a batch is tried again").isFalse();
    pulse.rests(UplinkClass.NORMAL);
    seconds.addAndGet(5);
    assertThat(pulse.silent(UplinkClass.NORMAL)).isTrue();
  }

  @Test
  void aReaderThatIsHeldUpByHeartbeatsHasNotLostTheUrgentOnesBehindThem() {
    AtomicLong seconds = new AtomicLong(100);
    UplinkPulse pulse = new UplinkPulse(() -> seconds.get() * 1_000_000_000);
    for (int minute = 0; minute < 60; minute++) {
      pulse.works(UplinkClass.LATEST);
      seconds.addAndGet(60);
      assertThat(pulse.silent(UplinkClass.URGENT)).isFalse();
    }
    pulse.rests(UplinkClass.LATEST);
    assertThat(pulse.silent(UplinkClass.URGENT)).as("it had no chance to bring them").isFalse();
    for (int second = 0; second < 5; second++) {
      pulse.works(UplinkClass.LATEST);
      pulse.rests(UplinkClass.LATEST);
      seconds.addAndGet(1);
    }
    assertThat(pulse.silent(UplinkClass.URGENT)).as("it brings others").isTrue();
    pulse.works(UplinkClass.LATEST);
    seconds.addAndGet(120);
    assertThat(pulse.silent(UplinkClass.URGENT)).as("nobody hears of it").isTrue();
  }

  @Test
  void aSecondMessageThatBringsNothingTakesNothingAway() {
    accept("b1", UplinkClass.NORMAL);
    UplinkCopy whole = queued().get(0);
    UplinkCopy empty =
        new UplinkCopy(whole.ref(), whole.type(), whole.key(), whole.createdAt(), null);
    assertThat(whole.or(empty)).isEqualTo(whole);
    assertThat(empty.or(whole)).isEqualTo(whole);
  }

  @Test
  void anEndThatIsToldTwiceCountsOnce() {
    UplinkItem item = accept("b1", UplinkClass.NORMAL);
    settle(Verdict.Status.STORED, item);
    settle(Verdict.Status.STORED, item);
    settle(Verdict.Status.PARKED, item);
    assertThat(store.ledger().stored()).isEqualTo(1);
    assertThat(store.parked().list(0, 10, 9999)).isEmpty();
    assertThat(store.ledger().balanced()).isTrue();
  }

  @Test
  void aBatchComesByNumberWithItsRefusals() {
    UplinkItem first = accept("b1", UplinkClass.NORMAL);
    UplinkItem second = accept("b2", UplinkClass.NORMAL);
    UplinkItem done = accept("b3", UplinkClass.NORMAL);
    settle(Verdict.Status.AGAIN, first);
    settle(Verdict.Status.STORED, done);
    List<UplinkItem> open = store.open(List.of(second, first, done, first));
    assertThat(open).extracting(UplinkItem::seq).containsExactly(1L, 2L);
    assertThat(open).extracting(UplinkItem::tries).containsExactly(1, 0);
  }

  @Test
  void roomIsGivenBackAndMeasuredAgainAfterARestart() {
    UplinkItem item = accept("b1", UplinkClass.NORMAL);
    accept("b2", UplinkClass.NORMAL);
    settle(Verdict.Status.PARKED, item);
    store.parked().parkUnreadable("?", "unreadable", "step");
    long taken = store.ledger().pendingBytes();
    assertThat(taken).isPositive();
    UplinkStore again = new UplinkStore(mall, 1_000_000, Clock.systemUTC());
    assertThat(again.ledger().pendingBytes()).isEqualTo(taken);
    assertThat(store.replay(1)).isTrue();
    assertThat(store.replay(2)).as("it has no number").isFalse();
    assertThat(store.ledger().pendingBytes()).isEqualTo(taken);
  }
}

package dev.drover.orchestrator.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.engine.crypto.Sealer;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.store.SealedTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
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
    store = new UplinkStore(mall, 1_000_000, clock);
  }

  @AfterEach
  void close() {
    mall.close();
  }

  private UplinkItem accept(String key, UplinkClass queue) {
    return store.accept("any", key, queue, null, "{}").orElseThrow();
  }

  private List<Long> ready(UplinkClass queue) {
    return store.unpublished(queue, 100).stream().map(item -> Long.valueOf(item.id())).toList();
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
  void whatWasInTheQueueAtTheLastStartGoesThereAgainAndDoesNotGiveWay() {
    accept("b1", UplinkClass.LATEST);
    accept("b2", UplinkClass.LATEST);
    store.published(List.of(1L));
    store = new UplinkStore(mall, 1_000_000, Clock.systemUTC());
    accept("b1", UplinkClass.LATEST);
    accept("b2", UplinkClass.LATEST);
    assertThat(ready(UplinkClass.LATEST)).as("1 may be at central").containsExactly(1L, 3L, 4L);
    assertThat(store.ledger().superseded()).isEqualTo(1);
    assertThat(store.queued(UplinkClass.LATEST)).isZero();
  }

  @Test
  void aMessageNamesItsItemAndShowsNothingOfIt() {
    UplinkItem item =
        store.accept("any", "b1", UplinkClass.NORMAL, null, "{\"n\":\"secret\"}").orElseThrow();
    byte[] message =
        store
            .unpublished(UplinkClass.NORMAL, 1)
            .get(0)
            .body()
            .toString()
            .getBytes(StandardCharsets.UTF_8);
    assertThat(new String(message, StandardCharsets.UTF_8))
        .contains("\"type\":\"any\"", "\"key\":\"b1\"", "\"sealed\":\"")
        .doesNotContain("secret");
    UplinkRef named = UplinkRef.read(message);
    assertThat(store.next(List.of(named), 9)).containsExactly(item);
    UplinkRef other = new UplinkRef(1, UplinkClass.NORMAL, "of another store");
    assertThat(store.next(List.of(other), 9)).isEmpty();
  }

  @Test
  void whatNoKeyOpensHasNoBody() {
    UplinkItem broken = accept("b1", UplinkClass.NORMAL);
    UplinkItem next = accept("b1", UplinkClass.NORMAL);
    mall.database().update("UPDATE uplink_items SET body = zeroblob(40) WHERE seq = 1");
    assertThat(store.next(List.of(UplinkRef.of(broken), UplinkRef.of(next)), 9))
        .extracting(UplinkItem::body)
        .containsExactly(null, "{}");
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
    assertThat(store.open(List.of(waiting))).containsExactly(waiting);
    assertThat(store.parked().list(0, 9)).extracting(ParkedItem::body).containsExactly("{}");
  }

  private List<Long> next(int most, UplinkItem... batch) {
    List<UplinkRef> brought = List.of(batch).stream().map(UplinkRef::of).toList();
    return store.next(brought, most).stream().map(UplinkItem::seq).toList();
  }

  @Test
  void anEndThatIsToldTwiceCountsOnce() {
    UplinkItem item = accept("b1", UplinkClass.NORMAL);
    settle(Verdict.Status.STORED, item);
    settle(Verdict.Status.STORED, item);
    settle(Verdict.Status.PARKED, item);
    assertThat(store.ledger().stored()).isEqualTo(1);
    assertThat(store.parked().list(0, 10)).isEmpty();
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

package dev.drover.orchestrator.uplink.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.outbox.OutboxSource;
import dev.drover.orchestrator.store.Edits;
import dev.drover.orchestrator.store.MallEdit;
import dev.drover.orchestrator.store.MallSettings;
import dev.drover.orchestrator.store.MallStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that lost what it had accepted. */
class UplinkLossesTest {
  private static final Clock CLOCK = Clock.systemUTC();

  @TempDir Path directory;
  private final Sealer sealer = new Sealer(new byte[32]);

  private UplinkStore open(MallStore mall) {
    return new UplinkStore(mall, 10_000_000, CLOCK);
  }

  private MallStore mall(Path data) {
    return new MallStore(data.resolve("mall.db"), sealer, CLOCK);
  }

  /** What is on disk at a kill, with a log of so many tenths of its length. */
  private Path killed(int tenths) throws IOException {
    Path after = Files.createDirectory(directory.resolve("after-" + tenths));
    for (String name : List.of("mall.db", "uplink.mark")) {
      Files.copy(directory.resolve(name), after.resolve(name));
    }
    byte[] log = Files.readAllBytes(directory.resolve("mall.db-wal"));
    int left = log.length / 10 * tenths;
    Files.write(after.resolve("mall.db-wal"), java.util.Arrays.copyOf(log, left));
    return after;
  }

  @Test
  void f6WhatTheQueueHasIsTakenBackAndTheRestIsAGap() throws IOException {
    for (int tenths : List.of(5, 0)) {
      Files.deleteIfExists(directory.resolve("uplink.mark"));
      for (String name : List.of("mall.db", "mall.db-wal", "mall.db-shm")) {
        Files.deleteIfExists(directory.resolve(name));
      }
      List<UplinkCopy> queue;
      Path after;
      try (MallStore mall = mall(directory)) {
        UplinkStore store = open(mall);
        for (int n = 0; n < 69; n++) {
          store.accept("access_logs", "b" + n, UplinkClass.NORMAL, null, "{\"n\":" + n + "}");
        }
        queue =
            store.unpublished(UplinkClass.NORMAL, 100, 1_000_000).stream()
                .map(OutboxSource.Entry::body)
                .map(body -> UplinkCopy.read(body.toString().getBytes(StandardCharsets.UTF_8)))
                .toList();
        after = killed(tenths);
      }
      try (MallStore mall = mall(after)) {
        UplinkStore store = open(mall);
        Ledger ledger = store.ledger();
        assertThat(ledger.accepted()).isEqualTo(69);
        assertThat(ledger.pending()).isLessThan(69);
        assertThat(ledger.gap()).isEqualTo(69 - ledger.pending());
        assertThat(store.accept("any", "", UplinkClass.NORMAL, null, "{}").orElseThrow().seq())
            .as("no number is given twice")
            .isEqualTo(70);
        // the queue has lost the last one
        store.takeBack(queue.subList(0, 68));
        store.takeBack(queue.subList(0, 68));
        ledger = store.ledger();
        assertThat(ledger.gap()).isEqualTo(1);
        assertThat(store.lost()).containsExactly(new UplinkLosses.Range(69, 69));
        List<UplinkRef> brought = queue.subList(0, 68).stream().map(UplinkCopy::ref).toList();
        List<UplinkItem> next = store.fill(store.next(brought, 100, 1_000_000));
        assertThat(next).hasSize(68);
        for (int n = 0; n < 68; n++) {
          assertThat(next.get(n).body()).isEqualTo("{\"n\":" + n + "}");
        }
      }
      try (MallStore mall = mall(after)) {
        assertThat(open(mall).ledger().gap()).as("after another start").isEqualTo(1);
      }
    }
  }

  @Test
  void f6AnEditThatHasNoNumberOfTheUplinkYetIsAGapWhenTheStoreLosesIt() throws IOException {
    Path after;
    try (MallStore mall = mall(directory)) {
      UplinkStore store = open(mall);
      Edits edits = new Edits(mall, CLOCK);
      for (int n = 0; n < 5; n++) {
        // the second of an item waits, outside of the uplink, until the first is decided
        edits.add("areas", "same", "update", "{\"n\":" + n + "}", 1);
      }
      List<MallEdit> next = edits.next(10);
      assertThat(next).hasSize(1);
      store.accept("sync_changes", "areas/same", UplinkClass.NORMAL, null, "{}");
      edits.sent(List.of(next.get(0).attempt()));
      assertThat(store.ledger().accepted()).isEqualTo(1);
      after = killed(0);
    }
    for (int start = 0; start < 2; start++) {
      try (MallStore mall = mall(after)) {
        UplinkStore store = open(mall);
        Ledger ledger = store.ledger();
        assertThat(ledger.accepted()).isEqualTo(5);
        assertThat(ledger.gap()).as("the one that was sent, and four").isEqualTo(5);
        assertThat(store.lost())
            .containsExactly(new UplinkLosses.Range(1, 1), new UplinkLosses.Range(2, 5));
        new Edits(mall, CLOCK).add("areas", "other" + start, "create", "{}", 1);
        assertThat(
                mall.database()
                    .first(row -> row.getLong(1), "SELECT max(seq) FROM edits")
                    .orElseThrow())
            .as("no number is given twice")
            .isEqualTo(6 + start);
      }
    }
  }

  @Test
  void aMarkOfAnEarlierVersionSaysNothingOfEdits() throws IOException {
    try (MallStore mall = mall(directory)) {
      UplinkStore store = open(mall);
      store.accept("any", "", UplinkClass.NORMAL, null, "{}");
    }
    byte[] numbers = ByteBuffer.allocate(3 * Long.BYTES).putLong(9).putLong(0).putLong(0).array();
    Files.write(
        directory.resolve("uplink.mark"), sealer.seal("uplink-mark", "uplink-mark", numbers));
    try (MallStore mall = mall(directory)) {
      assertThat(open(mall).ledger().gap()).isEqualTo(8);
    }
  }

  @Test
  void f7ABrokenSettingIsForgottenAndAskedForAgain() {
    try (MallStore mall = mall(directory)) {
      for (String name : List.of("token", MallSettings.CURSOR, MallSettings.RESYNC)) {
        mall.database()
            .update("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, new byte[] {1, 2, 3});
      }
      assertThat(mall.settings().get("token")).isEmpty();
      assertThat(mall.settings().resyncReason()).contains("damaged_resync_needed");
      assertThat(mall.settings().get(MallSettings.CURSOR)).isEmpty();
      assertThat(mall.settings().resyncReason()).contains("damaged_cursor");
    }
  }
}

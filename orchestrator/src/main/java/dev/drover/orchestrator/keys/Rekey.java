package dev.drover.orchestrator.keys;

import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.outbox.OutboxSource;
import dev.drover.orchestrator.database.SealedStore;
import dev.drover.orchestrator.database.SealedTable;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.RekeyProgress;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/**
 * Changes the key that the mall's records are sealed with, while the mall works. The new key is on
 * disk before anything is sealed with it, the former one is deleted after nothing is sealed with it
 * any more, and until then both open; so it can be killed at any point and goes on at the next
 * start. The steps and their order are in the routes.
 */
public final class Rekey implements OutboxSource {
  private static final int BATCH = 500;
  private static final Entry NEXT_BATCH = new Entry("batch", Map.of(), "");

  /**
   * How far it is.
   *
   * @param state idle, running or done
   * @param keyId the id of the key that new values are sealed with
   * @param startedAt when it began, or went on after a restart; null when idle
   * @param finishedAt when the former key was deleted; null before
   * @param total values to be sealed anew; some get the new seal because they are written anyway
   * @param sealed those that were
   * @param broken values that no key opens; they are left alone
   */
  public record Progress(
      String state,
      String keyId,
      Instant startedAt,
      Instant finishedAt,
      long total,
      long sealed,
      long broken) {}

  private final KeyProvider keys;
  private final String name;
  private final Sealer sealer;
  private final List<SealedStore> stores;
  private final Clock clock;
  private volatile Runnable wake = () -> {};
  private volatile Progress progress;
  private int table;
  private List<Object> after = List.of();
  private long sealedInPass;
  private long brokenInPass;

  /** The records of these stores, sealed with the secret of this name. */
  public Rekey(
      KeyProvider keys, String name, Sealer sealer, List<SealedStore> stores, Clock clock) {
    this.keys = keys;
    this.name = name;
    this.sealer = sealer;
    this.stores = List.copyOf(stores);
    this.clock = clock;
    if (keys.olderSecrets(name).isEmpty()) {
      progress = new Progress("idle", sealer.keyId(), null, null, 0, 0, 0);
    } else {
      begin();
    }
  }

  /** The sealer of a secret, which opens what was sealed with its former values too. */
  public static Sealer sealer(KeyProvider keys, String name) {
    return new Sealer(keys.secret(name), keys.olderSecrets(name));
  }

  private void begin() {
    long total = tables().stream().mapToLong(each -> each.count(sealer)).sum();
    table = 0;
    after = List.of();
    sealedInPass = 0;
    brokenInPass = 0;
    progress = new Progress("running", sealer.keyId(), clock.instant(), null, total, 0, 0);
  }

  private List<SealedTable> tables() {
    return stores.stream().flatMap(store -> store.sealedTables().stream()).toList();
  }

  /**
   * Takes a new key into use. While a change is under way, nothing is begun.
   *
   * @throws ProtocolException VALIDATION_FAILED when keys are not changed here but elsewhere
   */
  public void start(Exchange exchange) {
    Promises.store(exchange, "keys", () -> start());
  }

  synchronized void start() {
    if (progress.state.equals("running")) {
      return;
    }
    byte[] key;
    try {
      key = keys.rotate(name);
    } catch (IllegalStateException e) {
      if (e.getCause() instanceof IOException) {
        // such as a full disk: nothing that the caller did wrong
        throw e;
      }
      throw new ProtocolException(ErrorCode.VALIDATION_FAILED, e.getMessage());
    }
    sealer.rotate(key);
    begin();
    wake.run();
  }

  /** How far it is, as JSON. */
  public String progress() {
    Progress now = progress;
    return Json.text(
        new RekeyProgress(
            now.state,
            now.keyId,
            now.startedAt,
            now.finishedAt,
            now.total,
            now.sealed,
            now.broken));
  }

  /** Seals the next batch anew; returns whether there may be more. */
  public synchronized boolean sealBatch() {
    List<SealedTable> all = tables();
    SealedTable.Batch batch = all.get(table).seal(sealer, after, BATCH);
    sealedInPass += batch.sealed();
    brokenInPass += batch.broken();
    after = batch.last();
    Progress now = progress;
    progress =
        new Progress(
            now.state,
            now.keyId,
            now.startedAt,
            null,
            Math.max(now.total, now.sealed + batch.sealed()),
            now.sealed + batch.sealed(),
            Math.max(now.broken, brokenInPass));
    if (!after.isEmpty()) {
      return true;
    }
    if (++table < all.size()) {
      return true;
    }
    // A value can have come behind the place that was reached; the last pass finds none.
    boolean another = sealedInPass > 0;
    table = 0;
    sealedInPass = 0;
    brokenInPass = 0;
    return another;
  }

  /** Deletes the former key, with which nothing is sealed any more. */
  public synchronized void retire() {
    stores.forEach(SealedStore::sealedAnew);
    keys.forgetOlder(name);
    sealer.forgetOlder();
    Progress now = progress;
    progress =
        new Progress(
            "done", now.keyId, now.startedAt, clock.instant(), now.sealed, now.sealed, now.broken);
  }

  @Override
  public List<Entry> claim(int max) {
    return progress.state.equals("running") ? List.of(NEXT_BATCH) : List.of();
  }

  @Override
  public void done(List<Entry> entries) {
    // The values themselves say what is done.
  }

  @Override
  public void onReady(Runnable newWake) {
    this.wake = newWake;
  }

  @Override
  public boolean durable() {
    return false;
  }
}

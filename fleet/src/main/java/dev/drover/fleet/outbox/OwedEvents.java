package dev.drover.fleet.outbox;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Updates;
import dev.drover.engine.outbox.OutboxSource;
import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * The events that the documents of one collection owe. A claim is stored in the document, so
 * several processes may relay; what one of them claimed and did not publish comes again when its
 * claim ends.
 *
 * <p>Not every store of documents has indexes that help here, so the collection is only looked
 * through when there is a reason: something was written or claimed in this process, or other
 * processes may have left something, every few seconds.
 */
public final class OwedEvents implements OutboxSource {
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final Duration LEFT_BY_OTHERS = Duration.ofSeconds(5);
  private static final String CLAIMED = "relay_after";
  private static final FindOneAndUpdateOptions AFTER =
      new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER);

  private final MongoCollection<Document> documents;
  private final Clock clock;
  private final Ticker ticker;
  private final AtomicBoolean written = new AtomicBoolean(true);
  private volatile Runnable wake = () -> {};
  private Tick looked;
  private Tick busyUntil;

  /** Those of this collection, whose keys are texts. */
  public OwedEvents(MongoCollection<Document> documents, Clock clock, Ticker ticker) {
    this.documents = documents;
    this.clock = clock;
    this.ticker = ticker;
    this.looked = ticker.now();
    this.busyUntil = looked;
    documents.createIndex(Indexes.ascending(OwedEvent.ID), new IndexOptions().sparse(true));
  }

  /** Says that a document of this collection owes an event since now. */
  public void written() {
    written.set(true);
    wake.run();
  }

  @Override
  public void onReady(Runnable wake) {
    this.wake = wake;
  }

  @Override
  public synchronized List<Entry> claim(int max) {
    Tick now = ticker.now();
    boolean others = now.since(looked).compareTo(LEFT_BY_OTHERS) >= 0;
    if (!written.getAndSet(false) && !now.isBefore(busyUntil) && !others) {
      return List.of();
    }
    looked = now;
    List<Entry> entries = new ArrayList<>();
    try {
      Document claimed = next();
      while (claimed != null) {
        entries.add(entry(claimed));
        claimed = entries.size() < max ? next() : null;
      }
    } catch (RuntimeException e) {
      written.set(true);
      throw e;
    }
    if (!entries.isEmpty()) {
      busyUntil = now.plus(LEASE.multipliedBy(2));
    }
    return entries;
  }

  private Document next() {
    Bson free =
        Filters.or(Filters.exists(CLAIMED, false), Leases.free(CLAIMED, clock.instant(), LEASE));
    return documents.findOneAndUpdate(
        Filters.and(Filters.gt(OwedEvent.ID, ""), free),
        Updates.set(CLAIMED, Date.from(clock.instant().plus(LEASE))),
        AFTER);
  }

  private static Entry entry(Document document) {
    OwedEvent event = OwedEvent.of(document.get(OwedEvent.FIELD, Document.class));
    return new Entry(
        document.getString("_id") + "|" + event.id(),
        Map.of("kafka.KEY", event.group(), "event", event.type()),
        event.data());
  }

  @Override
  public void done(List<Entry> entries) {
    for (Entry entry : entries) {
      int bar = entry.id().lastIndexOf('|');
      Bson document = Filters.eq("_id", entry.id().substring(0, bar));
      Bson told = Filters.eq(OwedEvent.ID, entry.id().substring(bar + 1));
      Bson free = Updates.unset(CLAIMED);
      long matched =
          documents
              .updateOne(
                  Filters.and(document, told),
                  Updates.combine(Updates.unset(OwedEvent.FIELD), free))
              .getMatchedCount();
      if (matched == 0) {
        // It owes a later event meanwhile, which need not wait for the end of the claim.
        documents.updateOne(document, free);
      }
    }
  }
}

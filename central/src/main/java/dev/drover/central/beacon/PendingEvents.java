package dev.drover.central.beacon;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import dev.drover.central.entity.Leases;
import dev.drover.engine.outbox.OutboxSource;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bson.Document;

/**
 * Events that operators caused and that are not in the event log yet. A document is here from the
 * request until the log has it, so the collection stays small and is read without an index.
 */
public final class PendingEvents implements OutboxSource {
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final FindOneAndUpdateOptions AFTER =
      new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER);

  private final MongoCollection<Document> events;
  private final Clock clock;
  private volatile Runnable wake = () -> {};

  /** The collection {@code pending_events}. */
  public PendingEvents(MongoDatabase database, Clock clock) {
    this.events = database.getCollection("pending_events");
    this.clock = clock;
  }

  /** Owes an event to the malls of an entity, one per id; durable when this returns. */
  void add(String entityId, String id, String type, String data) {
    events.updateOne(
        Filters.eq("_id", entityId + "/" + id),
        Updates.combine(
            Updates.setOnInsert("entity_id", entityId),
            Updates.setOnInsert("event", type),
            Updates.setOnInsert("data", data),
            Updates.setOnInsert("relay_after", new Date(0))),
        new UpdateOptions().upsert(true));
    wake.run();
  }

  @Override
  public void onReady(Runnable wake) {
    this.wake = wake;
  }

  @Override
  public List<Entry> claim(int max) {
    List<Entry> entries = new ArrayList<>();
    while (entries.size() < max) {
      Document event =
          events.findOneAndUpdate(
              Leases.free("relay_after", clock.instant(), LEASE),
              Updates.set("relay_after", Date.from(clock.instant().plus(LEASE))),
              AFTER);
      if (event == null) {
        break;
      }
      entries.add(
          new Entry(
              event.getString("_id"),
              Map.of("kafka.KEY", event.getString("entity_id"), "event", event.getString("event")),
              event.getString("data")));
    }
    return entries;
  }

  @Override
  public void done(List<Entry> entries) {
    events.deleteMany(Filters.in("_id", entries.stream().map(Entry::id).toList()));
  }
}

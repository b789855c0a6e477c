package dev.drover.central.entity;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Updates;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.outbox.OutboxSource;
import dev.drover.fleet.outbox.Leases;
import dev.drover.proto.Json;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * What entities owe their malls as {@code data_update} events (document 1, section 2.1). Which
 * changes an event tells is fixed in the entity's head before it is published; the flow writes it
 * from these facts, and a crash between publishing and forgetting publishes the same event again.
 * Changes made meanwhile wait for the next one, which is how a burst becomes few events.
 */
public final class EntityOutbox implements OutboxSource {
  private static final Duration LEASE = Duration.ofSeconds(5);
  private static final int MAX_CHANGES = 1000;
  private static final FindOneAndUpdateOptions AFTER =
      new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER);

  private final MongoCollection<Document> heads;
  private final EntityChanges changes;
  private final EntityDigests digests;
  private final EntityStore store;
  private final Duration window;
  private final Duration longest;
  private final Clock clock;

  /**
   * An outbox for all entities.
   *
   * @param window the shortest time between two events of one entity
   */
  public EntityOutbox(MongoDatabase database, EntityStore store, Duration window, Clock clock) {
    this.heads = database.getCollection("entities");
    this.changes = new EntityChanges(database);
    this.digests = store.digests();
    this.store = store;
    this.window = window;
    this.longest = window.compareTo(LEASE) > 0 ? window : LEASE;
    this.clock = clock;
  }

  @Override
  public void onReady(Runnable wake) {
    store.heads().onChange(wake);
  }

  @Override
  public List<Entry> claim(int max) {
    List<Entry> entries = new ArrayList<>();
    while (entries.size() < max) {
      Document head =
          heads.findOneAndUpdate(
              Filters.and(
                  Filters.eq("dirty", true), Leases.free("relay_after", clock.instant(), longest)),
              Updates.set("relay_after", Date.from(clock.instant().plus(LEASE))),
              AFTER);
      if (head == null) {
        break;
      }
      fix(head).ifPresent(entries::add);
    }
    return entries;
  }

  /** Applies what is pending and fixes the event that tells of it. */
  private Optional<Entry> fix(Document head) {
    String entityId = head.getString("_id");
    List<Change> pending = EntityHeads.pending(head);
    long applied = head.getLong("seq");
    Roots roots = digests.advance(entityId, pending, applied);
    Document event = head.get("event", Document.class);
    List<Bson> updates = new ArrayList<>();
    if (!pending.isEmpty()) {
      updates.add(Updates.pullByFilter(new Document("pending", upTo(applied))));
    }
    store.receipts().keep(head);
    Receipts.pull(head).ifPresent(updates::add);
    if (event == null) {
      event = event(entityId, head.getLong("announced_seq"), roots);
      if (event == null) {
        updates.add(Updates.set("dirty", false));
        // Nobody tells anything now, so nobody has to wait for the lease to end.
        updates.add(Updates.set("relay_after", new Date(0)));
      } else {
        updates.add(Updates.set("event", event));
      }
    }
    Bson asClaimed =
        event == null
            ? Filters.and(Filters.eq("_id", entityId), Filters.eq("seq", applied))
            : Filters.and(
                Filters.eq("_id", entityId),
                Filters.eq("announced_seq", head.getLong("announced_seq")));
    boolean mine =
        updates.isEmpty()
            || heads.updateOne(asClaimed, Updates.combine(updates)).getMatchedCount() == 1;
    if (!mine) {
      // Written to meanwhile: the next look must not wait for the lease to end.
      heads.updateOne(Filters.eq("_id", entityId), Updates.set("relay_after", new Date(0)));
      return Optional.empty();
    }
    return Optional.ofNullable(event).map(fixed -> entry(entityId, fixed));
  }

  private static Document upTo(long seq) {
    return new Document("seq", new Document("$lte", seq));
  }

  private Document event(String entityId, long announced, Roots roots) {
    long to = Math.min(roots.seq(), announced + MAX_CHANGES);
    List<Change> told = changes.between(entityId, announced, to);
    if (told.isEmpty()) {
      return null;
    }
    Map<String, Set<String>> ids = new LinkedHashMap<>();
    Checksums.COLLECTIONS.forEach(name -> ids.put(name, new LinkedHashSet<>()));
    for (Change change : told) {
      Set<String> touched = ids.get(change.item().collection());
      touched.remove(change.item().id());
      touched.add(change.item().id());
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("entity_id", entityId);
    facts.put("updated_at", told.get(told.size() - 1).at().toString());
    facts.put("changes", ids);
    facts.put("checksum", roots.global());
    facts.put("event_key", "data:" + to);
    facts.put("from_seq", announced);
    facts.put("to_seq", to);
    return new Document("to_seq", to).append("data", Json.text(facts));
  }

  private static Entry entry(String entityId, Document event) {
    return new Entry(
        entityId + "/" + event.getLong("to_seq"),
        Map.of("kafka.KEY", entityId, "event", "data_update"),
        event.getString("data"));
  }

  @Override
  public void done(List<Entry> entries) {
    for (Entry entry : entries) {
      int slash = entry.id().lastIndexOf('/');
      long seq = Long.parseLong(entry.id().substring(slash + 1));
      heads.updateOne(
          Filters.and(
              Filters.eq("_id", entry.id().substring(0, slash)), Filters.eq("event.to_seq", seq)),
          Updates.combine(
              Updates.unset("event"),
              Updates.set("announced_seq", seq),
              Updates.set("relay_after", Date.from(clock.instant().plus(window)))));
    }
  }
}

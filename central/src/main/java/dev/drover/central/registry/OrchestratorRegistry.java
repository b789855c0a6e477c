package dev.drover.central.registry;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.drover.engine.events.StreamInfo;
import dev.drover.engine.guard.Operation;
import dev.drover.proto.navign.RegisterRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * The orchestrators that central knows: one document each, in collection {@code orchestrators}. An
 * id is unique within its entity; the requested and the assigned one name the same record.
 */
public final class OrchestratorRegistry {
  private static final String ENTITY_SUFFIX = "-uuid";

  /** How far the clocks of two centrals may be apart. */
  private static final Duration APART = Duration.ofSeconds(10);

  private final MongoCollection<Document> orchestrators;
  private final MongoCollection<Document> exchanged;
  private final Duration staleAfter;
  private final Clock clock;
  private final Clock proven;

  /**
   * A registry.
   *
   * @param staleAfter how long an orchestrator may be silent before its state counts as lost
   * @param proven by which that is counted: a clock that is ahead loses no state
   */
  public OrchestratorRegistry(
      MongoDatabase database, Duration staleAfter, Clock clock, Clock proven) {
    this.orchestrators = database.getCollection("orchestrators");
    this.exchanged = database.getCollection("exchanged_tokens");
    this.staleAfter = staleAfter;
    this.clock = clock;
    this.proven = proven;
    orchestrators.createIndex(Indexes.ascending("state", "offline_after"));
    orchestrators.createIndex(
        Indexes.ascending("entity_id", "assigned_id"), new IndexOptions().unique(true));
  }

  /** Finds an orchestrator by its requested or its assigned id. */
  public Optional<Document> find(String entityId, String orchestratorId) {
    Document requested =
        orchestrators.find(Filters.eq("_id", entityId + "/" + orchestratorId)).first();
    if (requested != null) {
      return Optional.of(requested);
    }
    Document assigned = new Document("entity_id", entityId).append("assigned_id", orchestratorId);
    return Optional.ofNullable(orchestrators.find(assigned).first());
  }

  /**
   * Makes room for an orchestrator with this key, or returns the record that is there. The first
   * key stays: the record's {@code key_id} tells whose it is.
   */
  public Document pin(String entityId, String orchestratorId, String keyId) {
    for (int number = 1 + count(entityId); ; ) {
      Optional<Document> known = find(entityId, orchestratorId);
      if (known.isPresent() && known.get().getString("key_id") == null) {
        // Its key was forgotten with a revocation: the first one that comes is pinned.
        orchestrators.updateOne(
            Filters.and(
                Filters.eq("_id", known.get().getString("_id")), Filters.exists("key_id", false)),
            Updates.set("key_id", keyId));
        continue;
      }
      if (known.isPresent()) {
        return known.get();
      }
      Document record =
          new Document("_id", entityId + "/" + orchestratorId)
              .append("entity_id", entityId)
              .append("orchestrator_id", orchestratorId)
              .append("assigned_id", assignedId(entityId, number))
              .append("key_id", keyId)
              .append("state", "registered")
              .append("registrations", 0);
      try {
        orchestrators.insertOne(record);
        return record;
      } catch (MongoWriteException e) {
        if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
          throw e;
        }
        number++;
      }
    }
  }

  /** Counts by the range of keys, which costs as much as the entity has orchestrators. */
  private int count(String entityId) {
    Document range = new Document("$gte", entityId + "/").append("$lt", entityId + "0");
    return orchestrators
        .find(new Document("_id", range))
        .projection(Projections.include("_id"))
        .into(new ArrayList<>())
        .size();
  }

  private static String assignedId(String entityId, int number) {
    String mall =
        entityId.endsWith(ENTITY_SUFFIX)
            ? entityId.substring(0, entityId.length() - ENTITY_SUFFIX.length())
            : entityId;
    return String.format("orch-%s-%03d", mall.substring(0, Math.min(mall.length(), 100)), number);
  }

  /** Stores what a verified registration says; an operation that is repeated counts once. */
  public void register(Document record, RegisterRequest request, Operation operation) {
    Date now = Date.from(clock.instant());
    Bson once = operation.id().map(id -> Filters.ne("registered_by", id)).orElseGet(Filters::empty);
    operation.check();
    orchestrators.updateOne(
        Filters.and(Filters.eq("_id", record.getString("_id")), once),
        Updates.combine(
            Updates.set("registered_by", operation.id().orElse(null)),
            Updates.set("public_key", request.publicKey()),
            Updates.set("version", request.version()),
            Updates.set("capabilities", request.capabilities()),
            Updates.set("heartbeat_interval", request.heartbeatInterval()),
            Updates.set("local_address", request.localAddress()),
            Updates.set("registered_at", now),
            Updates.unset("may_return"),
            Updates.inc("registrations", 1)));
  }

  /**
   * Notes that a token is exchanged for a new one; durable when this returns.
   *
   * @param tokenId its {@code jti}
   * @param key the idempotency key of the request, or an empty text
   * @param end when the token ends, after which nobody can show it any more
   * @return false when another request has exchanged it before
   */
  public boolean exchange(String tokenId, String key, Instant end) {
    try {
      exchanged.insertOne(
          new Document("_id", tokenId).append("key", key).append("expires_at", Date.from(end)));
      return true;
    } catch (MongoWriteException e) {
      if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
        throw e;
      }
      return !key.isEmpty()
          && exchanged.find(Filters.and(Filters.eq("_id", tokenId), Filters.eq("key", key))).first()
              != null;
    }
  }

  /** True when what the orchestrator holds can no longer be brought up to date by events. */
  public boolean stale(Document record) {
    Date seen = record.getDate("last_seen");
    return seen == null || seen.toInstant().plus(staleAfter).isBefore(proven.instant());
  }

  /** Notes from where on an orchestrator that was silent for too long is told to go on. */
  public void tellToResync(Document record, String cursor) {
    Document told = new Document("cursor", cursor).append("silent_since", record.get("last_seen"));
    orchestrators.updateOne(
        Filters.eq("_id", record.getString("_id")), Updates.set("resync", told));
  }

  /** From where on it was told to go on, if it was told and nobody has seen it since. */
  public Optional<String> toldToResync(Document record) {
    return Optional.ofNullable(record.get("resync", Document.class))
        .filter(told -> record.getDate("last_seen").equals(told.getDate("silent_since")))
        .map(told -> told.getString("cursor"));
  }

  /** Notes that these streams are alive now. */
  public void seen(List<StreamInfo> streams) {
    Set<String> ids =
        streams.stream()
            .map(stream -> stream.attributes().get("record"))
            .filter(String.class::isInstance)
            .map(String.class::cast)
            .collect(Collectors.toSet());
    if (!ids.isEmpty()) {
      orchestrators.updateMany(
          Filters.in("_id", ids), Updates.set("last_seen", Date.from(clock.instant())));
    }
  }

  /** Marks orchestrators offline whose last heartbeat is too long ago; returns those. */
  public List<Document> markOffline() {
    Instant now = clock.instant();
    takeBackFuture(now);
    List<Document> silent =
        orchestrators
            .find(
                Filters.and(
                    Filters.eq("state", "online"), Filters.lte("offline_after", Date.from(now))))
            .into(new ArrayList<>());
    silent.removeIf(
        record ->
            orchestrators
                    .updateOne(
                        Filters.and(
                            Filters.eq("_id", record.getString("_id")),
                            Filters.eq("offline_after", record.getDate("offline_after"))),
                        Updates.set("state", "offline"))
                    .getModifiedCount()
                == 0);
    return silent;
  }

  /**
   * Who was seen later than now was seen by a clock that was ahead: its silence is counted from
   * now, for as long as it would have been.
   */
  private void takeBackFuture(Instant now) {
    Date future = Date.from(now.plus(APART));
    for (Document record :
        orchestrators.find(
            Filters.and(Filters.eq("state", "online"), Filters.gt("offline_after", future)))) {
      Date seen = record.getDate("last_seen");
      if (seen != null && seen.after(future)) {
        long silence = record.getDate("offline_after").getTime() - seen.getTime();
        orchestrators.updateOne(
            Filters.and(Filters.eq("_id", record.getString("_id")), Filters.eq("last_seen", seen)),
            Updates.combine(
                Updates.set("last_seen", Date.from(now)),
                Updates.set("offline_after", Date.from(now.plusMillis(silence)))));
      }
    }
  }

  /** Stores a heartbeat; the orchestrator counts as offline after {@code missed} intervals. */
  public void heartbeat(Document record, Document heartbeat, int missed) {
    Instant now = clock.instant();
    int interval = record.getInteger("heartbeat_interval", 60);
    orchestrators.updateOne(
        Filters.eq("_id", record.getString("_id")),
        Updates.combine(
            Updates.set("state", "online"),
            Updates.set("last_seen", Date.from(now)),
            Updates.set("offline_after", Date.from(now.plusSeconds((long) interval * missed))),
            Updates.set("heartbeat", heartbeat)));
  }

  /** The orchestrators of one entity, or of all for {@code *}, in order. */
  public List<Document> list(String entityId) {
    Bson filter = entityId.equals("*") ? new Document() : Filters.eq("entity_id", entityId);
    return orchestrators.find(filter).sort(Sorts.ascending("_id")).into(new ArrayList<>());
  }
}

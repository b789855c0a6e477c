package dev.drover.fleet.outbox;

import com.mongodb.client.model.Updates;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * An event that a document owes: it is written with the change that it tells of, and taken away
 * when the event log has it. A document owes one event at the most; a later one takes the place of
 * one that nobody was told of, so it has to tell everything.
 *
 * @param id names the event among those that the document has ever owed
 * @param group who is told, and within which order is kept
 * @param type the event's type
 * @param data what it says, or the facts that the flow makes it from
 */
public record OwedEvent(String id, String group, String type, String data) {
  static final String FIELD = "owed";
  static final String ID = FIELD + ".id";

  static OwedEvent of(Document stored) {
    return new OwedEvent(
        stored.getString("id"),
        stored.getString("group"),
        stored.getString("event"),
        stored.getString("data"));
  }

  private Document toDocument() {
    return new Document("id", id).append("group", group).append("event", type).append("data", data);
  }

  /** The part of a change of a document that makes it owe this event. */
  public Bson withChange() {
    return Updates.set(FIELD, toDocument());
  }

  /** The same for a document that is only made when it is not there yet. */
  public Bson withNew() {
    return Updates.setOnInsert(FIELD, toDocument());
  }
}

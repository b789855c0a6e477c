package dev.drover.flows.anywhere;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.outbox.OutboxSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.processor.aggregate.GroupedMessageAggregationStrategy;

/** Beans with the methods that the flows name; they note what they were asked and store nothing. */
public final class StandIns {
  private StandIns() {}

  static Map<String, Object> byName(Notebook notes) {
    Map<String, Object> beans = new LinkedHashMap<>();
    beans.put("edgeEdits", new Edits(notes));
    beans.put("editSender", new Sender(notes));
    beans.put("ackQueue", Entries.none());
    beans.put("beaconRevocations", new Revocations(notes));
    beans.put("eventSteps", new Events(notes));
    beans.put("eventCheck", new Check(notes));
    beans.put("dataUpdate", new Updates(notes));
    beans.put("syncPlan", new Plan(notes));
    beans.put("idempotency", new Keys(notes));
    beans.put("eventOutbox", Entries.of(notes, "events", facts("mall-1"), facts("mall-2")));
    beans.put("messagesInOrder", new GroupedMessageAggregationStrategy());
    beans.put("kafka", new EventLogStandIn(notes));
    beans.put("notebook", notes);
    return beans;
  }

  /** What central tells a mall of. */
  private static ObjectNode facts(String entity) {
    ObjectNode facts = JsonNodeFactory.instance.objectNode();
    facts.put("entity_id", entity).put("updated_at", "2026-01-02T03:04:05.000Z");
    ObjectNode changes = facts.putObject("changes");
    for (String collection : List.of("areas", "beacons", "merchants", "connections")) {
      changes.putArray(collection);
    }
    changes.withArray("areas").add("a1");
    facts.put("checksum", "sha256:" + "0".repeat(64)).put("event_key", entity + ":1-2");
    return facts.put("from_seq", 1).put("to_seq", 2);
  }

  /** Edits, at the mall and at central. */
  public record Edits(Notebook notes) {
    /** Notes a new document. */
    public void create(Exchange exchange) {
      notes.note("create of " + exchange.getProperty("DroverEntity"));
      exchange.getMessage().setBody("{\"id\":\"e1\"}");
    }

    /** Notes another content. */
    public void replace(Exchange exchange) {
      notes.note("replace");
    }

    /** Notes an end. */
    public void delete(Exchange exchange) {
      notes.note("delete");
    }

    /** Notes edits of a mall. */
    public void merge(Exchange exchange) {
      notes.note("merge");
      exchange.setProperty("DroverConflicts", 0);
      exchange.getMessage().setBody("{}");
    }
  }

  /** Hands its entries over, once. */
  public static class Entries implements OutboxSource {
    private final Notebook notes;
    private final String name;
    private final List<Entry> entries = new ArrayList<>();

    Entries(Notebook notes, String name, Object... bodies) {
      this.notes = notes;
      this.name = name;
      for (Object body : bodies) {
        entries.add(new Entry(name + " " + entries.size(), Map.of("event", "data_update"), body));
      }
    }

    static Entries of(Notebook notes, String name, Object... bodies) {
      return new Entries(notes, name, bodies);
    }

    static Entries none() {
      return new Entries(new Notebook(), "nothing");
    }

    @Override
    public synchronized List<Entry> claim(int max) {
      List<Entry> claimed = List.copyOf(entries);
      entries.clear();
      return claimed;
    }

    @Override
    public void done(List<Entry> told) {
      notes.note(name + " done: " + told.size());
    }

    @Override
    public boolean durable() {
      return false;
    }
  }

  /** Edits on their way to central, and its verdicts. */
  public static final class Sender extends Entries {
    private final Notebook notes;

    Sender(Notebook notes) {
      super(notes, "edits", "edit 1", "edit 2");
      this.notes = notes;
    }

    /** The verdict stands in the body. */
    public void take(Exchange exchange) {
      exchange.setProperty("DroverEditStatus", exchange.getMessage().getBody(String.class));
      notes.note("take");
    }

    /** Notes it. */
    public void applied(Exchange exchange) {
      notes.note("applied");
    }

    /** Notes it. */
    public void reject(Exchange exchange) {
      notes.note("reject");
    }

    /** Notes it. */
    public void lose(Exchange exchange) {
      notes.note("lose");
    }

    /** Notes it. */
    public void resubmit(Exchange exchange) {
      notes.note("resubmit");
    }
  }

  /** Beacons that are shut out. */
  public record Revocations(Notebook notes) {
    /** Notes it. */
    public void revoke(Exchange exchange) {
      notes.note("revoke " + exchange.getMessage().getHeader("beacon_id"));
    }

    /** Notes it. */
    public void restore(Exchange exchange) {
      notes.note("restore " + exchange.getMessage().getHeader("beacon_id"));
    }

    /** Notes it. */
    public void takeList(Exchange exchange) {
      notes.note("take list");
    }
  }

  /** What a mall's data need. */
  public record Plan(Notebook notes) {
    /** Notes it. */
    public void wantDelta() {
      notes.note("delta wanted");
    }
  }

  /** The steps of an event. */
  public record Events(Notebook notes) {
    /** Notes it. */
    public void recordWish(Exchange exchange) {
      notes.note("record wish");
    }

    /** Notes it. */
    public void recordWork(Exchange exchange) {
      notes.note("record work");
    }

    /** The body names what is configured. */
    public void recordConfig(Exchange exchange) {
      exchange.setProperty("DroverConfigStored", exchange.getMessage().getBody(String.class));
      notes.note("record config");
    }

    /** Notes it; an event is new. */
    public void commit(Exchange exchange) {
      exchange.setProperty("DroverEventNew", true);
      notes.note("commit");
    }

    /** Notes it. */
    public void acknowledge(Exchange exchange) {
      notes.note("acknowledge");
    }

    /** Notes it. */
    public void applied(Exchange exchange) {
      notes.note("applied");
    }

    /** Notes it. */
    public void ignore(Exchange exchange) {
      notes.note("ignore");
    }

    /** Notes it. */
    public void resync(Exchange exchange) {
      notes.note("resync");
    }

    /** Notes it. */
    public void connected(Exchange exchange) {
      notes.note("connected");
    }

    /** Notes why. */
    public void park(Exchange exchange) {
      Exception cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
      notes.note("park: " + cause.getMessage());
    }
  }

  /** What is said to be bad is bad. */
  public record Check(Notebook notes) {
    /** Notes it. */
    public void check(Exchange exchange) {
      notes.note("check");
      if ("bad".equals(exchange.getMessage().getBody())) {
        throw new IllegalArgumentException("a bad event");
      }
    }
  }

  /** Data updates. */
  public record Updates(Notebook notes) {
    /** The body says whether it is known. */
    public void compare(Exchange exchange) {
      exchange.setProperty("DroverUpdateKnown", "known".equals(exchange.getMessage().getBody()));
      notes.note("compare");
    }

    /** Notes it. */
    public void settle() {
      notes.note("settle");
    }

    /** Notes it. */
    public void want() {
      notes.note("want");
    }
  }

  /** A key that is {@code old} was answered before. */
  public record Keys(Notebook notes) {
    /** Notes it. */
    public void begin(Exchange exchange) {
      Object key = exchange.getMessage().getHeader("X-Idempotency-Key");
      exchange.setProperty("DroverReplayed", "old".equals(key));
      notes.note("claim key " + key);
    }

    /** Notes it. */
    public void complete(Exchange exchange) {
      notes.note("store answer");
    }
  }
}

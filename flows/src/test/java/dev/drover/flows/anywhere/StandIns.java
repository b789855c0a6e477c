package dev.drover.flows.anywhere;

import dev.drover.engine.outbox.OutboxSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;

/** Beans with the methods that the flows name; they note what they were asked and store nothing. */
public final class StandIns {
  private StandIns() {}

  static Map<String, Object> byName(Notebook notes) {
    return Map.of(
        "edgeEdits", new Edits(notes),
        "editSender", new Sender(notes),
        "ackQueue", new Acks(),
        "beaconRevocations", new Revocations(notes),
        "eventSteps", new Events(notes),
        "eventCheck", new Check(notes),
        "dataUpdate", new Updates(notes),
        "idempotency", new Keys(notes),
        "notebook", notes);
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

    /** Answers with no conflicts. */
    public void conflicts(Exchange exchange) {
      notes.note("conflicts of " + exchange.getMessage().getHeader("entity_id"));
      exchange.getMessage().setBody("[]");
    }

    /** Notes edits of a mall. */
    public void merge(Exchange exchange) {
      notes.note("merge");
      exchange.setProperty("DroverConflicts", 0);
      exchange.getMessage().setBody("{}");
    }
  }

  /** Hands two edits over, once. */
  public static final class Sender implements OutboxSource {
    private final Notebook notes;
    private final AtomicBoolean handed = new AtomicBoolean();

    Sender(Notebook notes) {
      this.notes = notes;
    }

    @Override
    public List<Entry> claim(int max) {
      boolean first = handed.compareAndSet(false, true);
      return first
          ? List.of(new Entry("1", Map.of(), "edit 1"), new Entry("2", Map.of(), "edit 2"))
          : List.of();
    }

    @Override
    public void done(List<Entry> entries) {
      notes.note("done " + entries.size());
    }

    @Override
    public boolean durable() {
      return false;
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

  /** Nothing is to be acknowledged. */
  public static final class Acks implements OutboxSource {
    @Override
    public List<Entry> claim(int max) {
      return List.of();
    }

    @Override
    public void done(List<Entry> entries) {
      throw new IllegalStateException("nothing was claimed");
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

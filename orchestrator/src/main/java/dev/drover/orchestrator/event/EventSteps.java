package dev.drover.orchestrator.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.events.EventHeaders;
import dev.drover.engine.guard.BrokenPromise;
import dev.drover.engine.guard.Promises;
import dev.drover.orchestrator.central.CentralContact;
import dev.drover.orchestrator.store.AckQueue;
import dev.drover.orchestrator.store.Effect;
import dev.drover.orchestrator.store.EventStatus;
import dev.drover.orchestrator.store.MallEvent;
import dev.drover.orchestrator.store.MallSettings;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.proto.Plain;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * The steps between an event's arrival and its acknowledgement. Handlers say what they want to
 * change; {@link #commit} writes it together with the cursor.
 */
public final class EventSteps {
  /** Exchange property: the type of a valid and newer configuration. */
  public static final String CONFIG_STORED = "DroverConfigStored";

  private static final String REVOKED_BEACONS = "revoked_beacons";

  /** Exchange property: the {@link MallEvent}. */
  public static final String EVENT = "DroverMallEvent";

  /** Exchange property: false when the event had been handled before. */
  public static final String NEW = "DroverEventNew";

  private static final String EFFECT = "DroverEventEffect";
  private static final String STATUS = "DroverEventStatus";
  private static final String DETAIL = "DroverEventDetail";
  private static final int LONGEST_DETAIL = 500;

  private final MallStore store;
  private final AckQueue acks;
  private final CentralContact contact;

  /** Steps on this store. */
  public EventSteps(MallStore store, AckQueue acks, CentralContact contact) {
    this.store = store;
    this.acks = acks;
    this.contact = contact;
  }

  /** Takes an event from the stream. */
  public void receive(Exchange exchange) {
    contact.heard();
    Message message = exchange.getMessage();
    exchange.setProperty(
        EVENT,
        MallEvent.of(
            message.getHeader(EventHeaders.EVENT_ID, "", String.class),
            message.getHeader(EventHeaders.EVENT_TYPE, "", String.class),
            message.getBody(String.class)));
  }

  /**
   * {@code data_update}: a delta is wanted, and the acknowledgement owed until its changes are in
   * the cache (document 1, section 2.1).
   */
  public void recordWish(Exchange exchange) {
    event(exchange).json();
    decide(exchange, EventStatus.APPLIED, null, new Effect.DeltaOwed());
  }

  /** What the event asks for is done, and nothing else is to be stored. */
  public void applied(Exchange exchange) {
    Promises.requireStored(exchange, "an event counts as applied");
    decide(exchange, EventStatus.APPLIED, null, null);
  }

  /** An event that asks for work of another flow; the work is kept, the event is not done. */
  public void recordWork(Exchange exchange) {
    event(exchange).json();
    decide(exchange, EventStatus.IGNORED, "received, not handled yet", new Effect.WorkReceived());
  }

  /**
   * {@code config_update}: a valid and newer configuration replaces the stored one (section 2.5).
   * The one of type {@code revoked_beacons} is applied by the flow; any other is kept, and central
   * hears that no flow uses it.
   */
  public void recordConfig(Exchange exchange) {
    JsonNode data = event(exchange).json();
    JsonNode type = data.path("type");
    JsonNode version = data.path("version");
    boolean valid =
        type.isTextual()
            && !type.textValue().isBlank()
            && data.path("config") instanceof ObjectNode
            && version.isIntegralNumber()
            && version.canConvertToLong();
    if (!valid) {
      decide(
          exchange,
          EventStatus.FAILED,
          "a configuration has type (text), config (object) and version (whole number)",
          null);
      return;
    }
    Optional<Long> stored = store.events().configVersion(type.textValue());
    if (stored.isPresent() && stored.get() >= version.longValue()) {
      String detail = "version " + version + " is not newer than " + stored.get();
      decide(exchange, EventStatus.IGNORED, detail, null);
      return;
    }
    exchange.setProperty(CONFIG_STORED, type.textValue());
    boolean used = type.textValue().equals(REVOKED_BEACONS);
    if (used) {
      Promises.owe(exchange, "revocations");
    }
    decide(
        exchange,
        used ? EventStatus.APPLIED : EventStatus.IGNORED,
        used ? null : "stored, but no flow of this mall uses it",
        new Effect.ConfigStored(
            type.textValue(), version.longValue(), data.path("config").toString()));
  }

  /** An event of a type that this mall does not know (document 2, step 3). */
  public void ignore(Exchange exchange) {
    decide(exchange, EventStatus.IGNORED, "unknown type " + event(exchange).type(), null);
  }

  /** An event whose handler failed again and again: it is kept for a person. */
  public void park(Exchange exchange) {
    Exception cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    if (BrokenPromise.is(cause)) {
      // the event is right and the flow is not: it comes again
      throw new IllegalStateException(cause.getMessage(), cause);
    }
    String error = cause == null ? "unknown" : Plain.words(cause.getMessage());
    decide(exchange, EventStatus.FAILED, error, new Effect.Parked(error));
  }

  private static void decide(Exchange exchange, EventStatus status, String detail, Effect effect) {
    boolean tooLong = detail != null && detail.length() > LONGEST_DETAIL;
    exchange.setProperty(STATUS, status);
    exchange.setProperty(DETAIL, tooLong ? detail.substring(0, LONGEST_DETAIL) : detail);
    exchange.setProperty(EFFECT, effect);
  }

  /** Writes the decided effect and the cursor in one transaction; sets {@link #NEW}. */
  public void commit(Exchange exchange) {
    Promises.requireDecided(
        exchange, exchange.getProperty(STATUS) != null, "an event is committed");
    Promises.store(exchange, "events", () -> write(exchange));
  }

  private void write(Exchange exchange) {
    Effect effect = exchange.getProperty(EFFECT, Effect.class);
    boolean fresh =
        store
            .events()
            .commit(
                event(exchange),
                exchange.getProperty(STATUS, EventStatus.class),
                exchange.getProperty(DETAIL, String.class),
                effect == null ? List.of() : List.of(effect));
    exchange.setProperty(NEW, fresh);
  }

  /** Queues the acknowledgement of a committed event; one that is owed stays owed. */
  public void acknowledge(Exchange exchange) {
    Promises.requireStored(exchange, "events", "an event is acknowledged");
    acks.add(event(exchange));
  }

  /** {@code connected}: its id is the first cursor of a fresh mall (section 7.1). */
  public void connected(Exchange exchange) {
    MallEvent event = event(exchange);
    Map<String, Optional<String>> settings = new LinkedHashMap<>();
    settings.put(
        MallSettings.CONNECTION,
        Optional.ofNullable(event.json().path("connection_id").textValue()));
    if (!event.id().isEmpty() && store.settings().get(MallSettings.CURSOR).isEmpty()) {
      settings.put(MallSettings.CURSOR, Optional.of(event.id()));
    }
    Promises.store(exchange, "events", () -> store.settings().set(settings));
  }

  /**
   * {@code resync_required}: events are missing, and the stream goes on from here (section 7.3).
   */
  public void resync(Exchange exchange) {
    MallEvent event = event(exchange);
    String reason = event.json().path("reason").asText("unknown").toLowerCase(Locale.ROOT);
    Map<String, Optional<String>> settings = new LinkedHashMap<>();
    settings.put(MallSettings.RESYNC, Optional.of(MallSettings.resyncMark(reason)));
    if (!event.id().isEmpty()) {
      settings.put(MallSettings.CURSOR, Optional.of(event.id()));
    }
    Promises.store(exchange, "events", () -> store.settings().set(settings));
  }

  private static MallEvent event(Exchange exchange) {
    return exchange.getProperty(EVENT, MallEvent.class);
  }
}

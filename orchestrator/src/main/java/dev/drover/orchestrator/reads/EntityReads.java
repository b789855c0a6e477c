package dev.drover.orchestrator.reads;

import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.report.Fields;
import dev.drover.orchestrator.cache.ItemIds;
import dev.drover.orchestrator.central.CentralContact;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * What people of the mall read of its data (interop, section 6): bare arrays, documents as central
 * stores them, also while central is away.
 */
public final class EntityReads {
  /** Header of an answer that may be old: when central was heard last. */
  public static final String STALE_SINCE = "X-Drover-Stale-Since";

  private static final int AT_ONCE = 256 << 10;
  private static final int MOST = 1000;

  private final MallView view;
  private final CentralContact contact;
  private final BooleanSupplier centralIsThere;
  private final String entityId;

  /** Reads of this mall. */
  public EntityReads(
      MallView view, CentralContact contact, BooleanSupplier centralIsThere, String entityId) {
    this.view = view;
    this.contact = contact;
    this.centralIsThere = centralIsThere;
    this.entityId = entityId;
  }

  /** The one entity that a mall knows. */
  public void listEntities(Exchange exchange) {
    limit(exchange);
    exchange.getMessage().setBody(offset(exchange) == 0 ? "[" + entity() + "]" : "[]");
  }

  /** The mall itself, when it is the one that is asked for. */
  public void readEntity(Exchange exchange) {
    ownEntity(exchange);
    exchange.getMessage().setBody(entity());
  }

  private String entity() {
    return Json.text(Map.of("id", entityId));
  }

  /**
   * A collection, or the part of it that {@code offset} and {@code limit} name, as a bare array in
   * the order of the ids; a large one is made while it is sent.
   */
  public void list(Exchange exchange) throws IOException {
    ownEntity(exchange);
    EntityList list =
        new EntityList(
            view.pages(collection(exchange)),
            offset(exchange),
            limit(exchange).orElse(Integer.MAX_VALUE));
    // What cannot be read is refused before anything is sent.
    byte[] beginning = list.readNBytes(AT_ONCE);
    boolean whole = beginning.length < AT_ONCE;
    // The REST route would read the whole of it into memory, to be able to read it twice.
    exchange.getExchangeExtension().setStreamCacheDisabled(true);
    exchange
        .getMessage()
        .setBody(
            whole ? beginning : new SequenceInputStream(new ByteArrayInputStream(beginning), list));
  }

  private static long offset(Exchange exchange) {
    return Fields.number(exchange, "offset", 0, Integer.MAX_VALUE).orElse(0);
  }

  private static OptionalInt limit(Exchange exchange) {
    return Fields.number(exchange, "limit", 1, MOST);
  }

  /** One document. */
  public void read(Exchange exchange) {
    ownEntity(exchange);
    String id = itemId(exchange);
    exchange
        .getMessage()
        .setBody(view.read(collection(exchange), id).orElseThrow(() -> unknown(exchange, id)));
  }

  /** Says since when the answer may be old, while central is away. */
  public void sayStale(Exchange exchange) {
    if (!centralIsThere.getAsBoolean()) {
      contact.last().ifPresent(at -> exchange.getMessage().setHeader(STALE_SINCE, at.toString()));
    }
  }

  /** Refuses every entity but the mall's own. */
  public void ownEntity(Exchange exchange) {
    String asked = exchange.getMessage().getHeader("entity_id", String.class);
    Object authorised = exchange.getProperty(Authoriser.ENTITY);
    if (!entityId.equals(asked) || !entityId.equals(authorised)) {
      throw new ProtocolException(
          ErrorCode.ENTITY_NOT_FOUND, "This mall is " + entityId, Map.of("entity_id", entityId));
    }
  }

  public static String collection(Exchange exchange) {
    return exchange.getMessage().getHeader("collection", String.class);
  }

  /** The id in the path; a plus in a path is a plus. */
  public static String itemId(Exchange exchange) {
    Message message = exchange.getMessage();
    String id = message.getHeader("item_id", String.class).replace("+", "%2B");
    return ItemIds.check(URLDecoder.decode(id, StandardCharsets.UTF_8));
  }

  public static ProtocolException unknown(Exchange exchange, String id) {
    return new ProtocolException(
        ErrorCode.NOT_FOUND, "No such id in " + collection(exchange), Map.of("id", id));
  }
}

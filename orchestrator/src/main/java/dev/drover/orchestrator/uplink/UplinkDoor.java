package dev.drover.orchestrator.uplink;

import dev.drover.engine.guard.Promises;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;

/** Where every write to central enters the uplink. */
public final class UplinkDoor {
  /** Header: the operation's name. */
  public static final String TYPE = "DroverUplinkType";

  /** Header: what keeps its order. */
  public static final String KEY = "DroverUplinkKey";

  /** Header: {@code urgent}, {@code normal} or {@code latest}. */
  public static final String CLASS = "DroverUplinkClass";

  /** Header of the answer: the item's number; absent when a {@code latest} item found no room. */
  public static final String SEQ = "DroverUplinkSeq";

  /** Header: the caller's own key, or none; in an answer the write's key. */
  public static final String IDEMPOTENCY_KEY = "X-Idempotency-Key";

  /** Central takes requests of 8 MiB; the rest is for what is around the write. */
  static final long MOST = (8L << 20) - (64 << 10);

  private static final String WRITTEN = "DroverUplinkWritten";

  private final UplinkStore store;

  /** The door of this uplink. */
  public UplinkDoor(UplinkStore store) {
    this.store = store;
  }

  /** The body becomes this JSON, which need not be read and written again at the door. */
  public static void write(Exchange exchange, Object json) {
    String text = Json.text(json);
    exchange.setProperty(WRITTEN, text);
    exchange.getMessage().setBody(text);
  }

  private static String body(Exchange exchange) {
    Object body = exchange.getMessage().getBody();
    // Another step may have put something else there.
    return body != null && body == exchange.getProperty(WRITTEN)
        ? (String) body
        : Json.text(Json.tree(exchange.getMessage().getBody(byte[].class)));
  }

  /**
   * Accepts the write in the body; it is durable when this returns.
   *
   * @throws ProtocolException VALIDATION_FAILED when the body is not JSON, PAYLOAD_TOO_LARGE when
   *     central could never take it, QUEUE_FULL when there is no room for it, in the queue or on
   *     the disk
   */
  public void accept(Exchange exchange) {
    Promises.store(exchange, "uplink", () -> storeWrite(exchange));
  }

  private void storeWrite(Exchange exchange) {
    var message = exchange.getMessage();
    String body = body(exchange);
    String type = message.getHeader(TYPE, String.class);
    if (Utf8.length(body) > MOST) {
      throw new ProtocolException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "A write to central has at most " + MOST + " bytes",
          Map.of("type", type, "max_bytes", MOST));
    }
    UplinkClass queue = UplinkClass.of(message.getHeader(CLASS, String.class));
    String key = message.getHeader(KEY, "", String.class);
    String given = message.getHeader(IDEMPOTENCY_KEY, String.class);
    Optional<UplinkItem> item = store.accept(type, key, queue, given, body);
    message.removeHeader(SEQ);
    if (item.isPresent()) {
      message.setHeader(SEQ, item.get().seq());
      message.setHeader(IDEMPOTENCY_KEY, item.get().idempotencyKey());
    } else if (queue != UplinkClass.LATEST) {
      throw new ProtocolException(
          ErrorCode.QUEUE_FULL, "The mall's queue is full", Map.of("type", type));
    }
  }
}

package dev.drover.orchestrator.uplink;

import dev.drover.engine.guard.Promises;
import dev.drover.orchestrator.uplink.store.UplinkClass;
import dev.drover.orchestrator.uplink.store.UplinkItem;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import dev.drover.orchestrator.uplink.store.Utf8;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;

/** Where every write to central enters the uplink. */
public final class UplinkDoor {
  /** Header: the operation's name. */
  public static final String TYPE = "DroverUplinkType";

  /** Header: what keeps its order. */
  public static final String KEY = "DroverUplinkKey";

  /** Header: {@code urgent}, {@code normal} or {@code latest}. */
  public static final String CLASS = "DroverUplinkClass";

  /** Exchange property: what is left of the uplink's room, in percent. */
  public static final String LEFT = "DroverUplinkLeft";

  /** Exchange property: whether the disk has less left than a healthy mall needs. */
  public static final String DISK_LOW = "DroverUplinkDiskLow";

  /** Header of the answer: the item's number; absent when a {@code latest} item found no room. */
  public static final String SEQ = "DroverUplinkSeq";

  /** Header: the caller's own key, or none; in an answer the write's key. */
  public static final String IDEMPOTENCY_KEY = "X-Idempotency-Key";

  /** Central takes requests of 8 MiB; the rest is for what is around the write. */
  static final long MOST = (8L << 20) - (64 << 10);

  private static final String WRITTEN = "DroverUplinkWritten";

  private final UplinkStore store;
  private final BooleanSupplier diskLow;

  /**
   * The door of this uplink.
   *
   * @param diskLow whether the disk has less left than a healthy mall needs
   */
  public UplinkDoor(UplinkStore store, BooleanSupplier diskLow) {
    this.store = store;
    this.diskLow = diskLow;
  }

  /** Sets {@link #LEFT} and {@link #DISK_LOW}. */
  public void measure(Exchange exchange) {
    exchange.setProperty(LEFT, store.percentLeft());
    exchange.setProperty(DISK_LOW, diskLow.getAsBoolean());
  }

  /**
   * Keeps a write of class {@code latest} only in the place of an older one that still waits, so
   * that it takes no room from others; otherwise it is left out.
   *
   * @throws IllegalStateException for a write of another class, which nothing replaces
   */
  public void giveWay(Exchange exchange) {
    UplinkClass queue = queue(exchange);
    if (queue != UplinkClass.LATEST) {
      throw new IllegalStateException(
          "a write of class "
              + queue.wire()
              + " cannot give way: nothing replaces it; only class latest can");
    }
    Promises.store(exchange, "uplink", () -> storeWrite(exchange, true));
  }

  private static UplinkClass queue(Exchange exchange) {
    return UplinkClass.of(exchange.getMessage().getHeader(CLASS, String.class));
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
    Promises.store(exchange, "uplink", () -> storeWrite(exchange, false));
  }

  private void storeWrite(Exchange exchange, boolean inPlace) {
    var message = exchange.getMessage();
    String body = body(exchange);
    String type = message.getHeader(TYPE, String.class);
    if (Utf8.length(body) > MOST) {
      throw new ProtocolException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "A write to central has at most " + MOST + " bytes",
          Map.of("type", type, "max_bytes", MOST));
    }
    UplinkClass queue = queue(exchange);
    String key = message.getHeader(KEY, "", String.class);
    String given = message.getHeader(IDEMPOTENCY_KEY, String.class);
    Optional<UplinkItem> item =
        inPlace
            ? store.replace(type, key, given, body)
            : store.accept(type, key, queue, given, body);
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

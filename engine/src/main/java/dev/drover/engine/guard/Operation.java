package dev.drover.engine.guard;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;

/**
 * What a request under an idempotency key does, however often it is begun (document 1, section
 * 9.3). Its id is made with the key's claim and stays until the key is forgotten. An effect is
 * stored together with this id, in one write, so a repetition after a crash recognises its own
 * effect and does not do it again. Without a key there is no id, and every method does nothing.
 */
public final class Operation {
  /** Exchange property: the present operation. */
  public static final String PROPERTY = "DroverOperation";

  /** Of a request without a key. */
  public static final Operation NONE = new Operation(null, false, () -> {});

  private final String id;
  private final boolean repeated;
  private final Runnable fence;
  private int assigned;

  private Operation(String id, boolean repeated, Runnable fence) {
    this.id = id;
    this.repeated = repeated;
    this.fence = fence;
  }

  /**
   * An operation.
   *
   * @param id of 1 to 36 characters
   * @param repeated whether somebody may have begun it already
   * @param fence throws when somebody else holds the key's claim now
   */
  public static Operation of(String id, boolean repeated, Runnable fence) {
    return new Operation(id, repeated, fence);
  }

  /** The operation that the exchange does; {@link #NONE} without a key. */
  public static Operation of(Exchange exchange) {
    Operation operation = exchange.getProperty(PROPERTY, Operation.class);
    return operation == null ? NONE : operation;
  }

  /** Its id, to be stored with the effect. */
  public Optional<String> id() {
    return Optional.ofNullable(id);
  }

  /** Whether it is the one that an effect was stored with. */
  public boolean is(String stored) {
    return id != null && id.equals(stored);
  }

  /**
   * Whether an earlier holder of the claim may have done it, or may still be about to: a writer
   * then first changes what the earlier holder's conditional write compares with.
   */
  public boolean repeated() {
    return repeated;
  }

  /**
   * Refuses to go on when somebody else holds the claim. A conditional write is safe when this is
   * called between the read and the write.
   *
   * @throws dev.drover.proto.ProtocolException REQUEST_IN_PROGRESS
   */
  public void check() {
    fence.run();
  }

  /** A part of it that has effects of its own, e.g. one step of many. */
  public Operation part(String name) {
    return id == null ? this : new Operation(derived("part/" + name), repeated, fence);
  }

  /** The next new id that it assigns: the same ones in each repetition, random without a key. */
  public String newId() {
    return id == null ? UUID.randomUUID().toString() : derived("id/" + assigned++);
  }

  private String derived(String name) {
    return UUID.nameUUIDFromBytes((id + "/" + name).getBytes(StandardCharsets.UTF_8)).toString();
  }
}

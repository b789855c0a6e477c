package dev.drover.engine.limit;

import dev.drover.proto.ProtocolException;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Room for working with a request's body: parsed, written and sealed it takes many times its bytes.
 * It is given back when the exchange is done.
 */
public final class BodyRoom {
  /** What a body takes at the most while it is worked with, of its own size. */
  private static final int TIMES = 10;

  private final ByteBudget budget;

  /** Room within this budget. */
  public BodyRoom(ByteBudget budget) {
    this.budget = budget;
  }

  /**
   * Takes room for the body.
   *
   * @throws ProtocolException SERVICE_BUSY when there is none now
   */
  public void take(Exchange exchange) {
    byte[] body = exchange.getMessage().getBody(byte[].class);
    if (body == null || body.length == 0) {
      return;
    }
    // Alone it must fit, however small the heap is.
    long size = Math.min(budget.bytes() / 2, (long) TIMES * body.length);
    ByteBudget.Part part = budget.take(size);
    exchange
        .getExchangeExtension()
        .addOnCompletion(
            new SynchronizationAdapter() {
              @Override
              public void onDone(Exchange done) {
                part.close();
              }
            });
  }
}

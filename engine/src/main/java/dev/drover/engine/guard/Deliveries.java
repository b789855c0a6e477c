package dev.drover.engine.guard;

import dev.drover.proto.ProtocolException;
import org.apache.camel.Exchange;

/** What flows say about messages that nobody waits for. */
public final class Deliveries {
  /** A bean for flows. */
  public Deliveries() {}

  /**
   * Gives a message up that can never be taken: a guard or a check has refused it for good. It is
   * acknowledged like one that was taken.
   *
   * @throws BrokenPromise for one that nobody has looked at
   */
  public void giveUp(Exchange exchange) {
    Exception caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    boolean refused = caught instanceof ProtocolException known && known.code().status() < 500;
    if (!refused || !Promises.giveUp(exchange)) {
      ContractNet.of(exchange)
          .stop(exchange, Promises.of(exchange), "a message is given up that no guard has seen");
    }
  }
}

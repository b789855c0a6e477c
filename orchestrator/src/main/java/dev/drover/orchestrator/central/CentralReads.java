package dev.drover.orchestrator.central;

import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a read of central that failed is tried again (document 1, section 9.3; R-35). The count is
 * kept here, since Camel's own is a header of the request, and central's answer takes its place.
 */
public final class CentralReads implements Processor {
  /** Exchange property: whether the read that has just failed is tried again. */
  public static final String AGAIN = "DroverReadAgain";

  /** Exchange property: what is read, a path of central. */
  public static final String WHAT = "DroverReadWhat";

  private static final Logger LOG = LoggerFactory.getLogger(CentralReads.class);
  private static final String TRIES = "DroverReadTries";

  private final List<Duration> waits;

  /**
   * Reads that are tried again after these waits, and then no more.
   *
   * @param waits one for each try after the first one
   */
  public CentralReads(List<Duration> waits) {
    this.waits = List.copyOf(waits);
  }

  /** Begins a read: nothing was tried yet. */
  public void begin(Exchange exchange) {
    exchange.setProperty(WHAT, exchange.getMessage().getHeader(Exchange.HTTP_PATH));
    exchange.setProperty(TRIES, 0);
  }

  /** A read failed: sets {@link #AGAIN}, and the wait before the next try for Camel. */
  @Override
  public void process(Exchange exchange) {
    int tries = exchange.getProperty(TRIES, 0, Integer.class);
    boolean again = tries < waits.size() && helps(exchange);
    exchange.setProperty(AGAIN, again);
    if (again) {
      Duration wait = waits.get(tries);
      Exception why = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
      exchange.setProperty(TRIES, tries + 1);
      exchange.getMessage().setHeader(Exchange.REDELIVERY_DELAY, wait.toMillis());
      LOG.warn(
          "{}: {}: {}; try {} of {} follows in {} ms",
          exchange.getProperty(WHAT),
          why.getClass().getSimpleName(),
          why.getMessage(),
          tries + 2,
          waits.size() + 1,
          wait.toMillis());
    }
  }

  /** Not a wrong answer, nor what central wants to hear later, nor at the end of the process. */
  private static boolean helps(Exchange exchange) {
    Exception why = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    boolean later =
        why instanceof CentralException central
            && (central instanceof CentralAnswerException || central.pause().isPresent());
    int status = AnswerParts.status(exchange);
    boolean refused = status == 401 || status == 429;
    return !later && !refused && !exchange.getContext().isStopping();
  }
}

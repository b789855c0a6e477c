package dev.drover.orchestrator.central;

import dev.drover.engine.health.ClockConditions;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.apache.camel.Exchange;

/**
 * What central's clock says, by the {@code Date} of its answers and the process's own time since.
 * By it the mall counts the life of what central gave it, so that a mall whose clock is wrong keeps
 * its token; and tells people that the two clocks differ.
 */
public final class CentralClock {
  private static final String PART = "clock-of-central";

  private final Clock clock;
  private final Ticker ticker;
  private final Conditions conditions;
  private Instant told;
  private Tick toldAt;

  /** Central was not heard yet. */
  public CentralClock(Clock clock, Ticker ticker, Conditions conditions) {
    this.clock = clock;
    this.ticker = ticker;
    this.conditions = conditions;
  }

  /** An answer has come; only what speaks central's language is taken for central's. */
  public void heard(Exchange exchange) {
    String date = exchange.getMessage().getHeader("Date", String.class);
    String type = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, "", String.class);
    if (date == null || !type.startsWith("application/json")) {
      return;
    }
    try {
      told(ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException e) {
      // No time of central's: what was known before stays.
    }
  }

  private synchronized void told(Instant date) {
    // The header leaves the fraction of the second out.
    told = date.plusMillis(500);
    toldAt = ticker.now();
    Duration ahead = Duration.between(told, clock.instant());
    if (ahead.abs().compareTo(ClockConditions.TOLERANCE) < 0) {
      conditions.well(PART);
      return;
    }
    conditions.fails(
        PART,
        ClockConditions.CHECK,
        Severity.DEGRADED,
        "this machine's clock is "
            + ClockConditions.words(ahead)
            + (ahead.isNegative() ? " behind" : " ahead of")
            + " central's, which says "
            + date,
        "set the clock that is wrong, best by NTP; until then the mall counts its token's life by"
            + " central's time, and judges people's tokens by its own");
  }

  /** Whether central was heard since the process began. */
  public synchronized boolean known() {
    return told != null;
  }

  /** Central's time; that of the own clock before central was heard. */
  public synchronized Instant now() {
    return told == null
        ? clock.instant()
        : told.plus(ticker.now().since(toldAt)).truncatedTo(ChronoUnit.MILLIS);
  }
}

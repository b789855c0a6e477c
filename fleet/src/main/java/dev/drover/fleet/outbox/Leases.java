package dev.drover.fleet.outbox;

import com.mongodb.client.model.Filters;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bson.conversions.Bson;

/** Claims with an end that all instances share, so by the clock. */
public final class Leases {
  private Leases() {}

  /**
   * What is free now, or claimed until later than anybody could claim it now: by a clock that was
   * ahead. What it claimed must not stand still until the clock comes there.
   *
   * @param field the end of the claim
   * @param longest how far into the future a claim or a pause reaches
   */
  public static Bson free(String field, Instant now, Duration longest) {
    return Filters.or(
        Filters.lte(field, Date.from(now)),
        Filters.gt(field, Date.from(now.plus(longest.multipliedBy(2)))));
  }
}

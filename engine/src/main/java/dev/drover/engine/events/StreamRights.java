package dev.drover.engine.events;

import dev.drover.engine.crypto.Principal;
import java.time.Clock;
import java.util.Collection;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends streams whose caller may no longer have them: at their token's {@code exp}, and when
 * somebody says that a caller lost its right. It looks once a second by the wall clock, for {@code
 * exp} is a time of day.
 */
final class StreamRights implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StreamRights.class);
  private static final long PERIOD_MILLIS = 1_000;

  private final Collection<EventStream> streams;
  private final Clock clock;
  private final ScheduledExecutorService timer;
  private volatile Predicate<Principal> holds = caller -> true;

  StreamRights(Collection<EventStream> streams, Clock clock) {
    this.streams = streams;
    this.clock = clock;
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "event-stream-rights");
              thread.setDaemon(true);
              return thread;
            });
    timer.scheduleWithFixedDelay(this::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** From now on each look also asks this whether a caller still has its right. */
  void check(Predicate<Principal> stillHolds) {
    holds = stillHolds;
  }

  /** Ends the streams of these callers; returns how many there were. */
  int end(Predicate<Principal> whose, String reason) {
    int ended = 0;
    for (EventStream stream : streams) {
      if (!stream.closed() && stream.request().principal().filter(whose).isPresent()) {
        stream.sink().outbox().submit((outbox, last) -> stream.endUnauthorised(reason));
        ended++;
      }
    }
    return ended;
  }

  private void look() {
    try {
      end(caller -> !clock.instant().isBefore(caller.expiresAt()), "the token has expired");
      end(caller -> !holds.test(caller), "the token was revoked");
    } catch (RuntimeException e) {
      // the next look comes in any case
      LOG.warn("the rights of open streams could not be looked at", e);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}

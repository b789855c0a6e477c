package dev.drover.cli.run;

import dev.drover.engine.start.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits until a process works: for as long as it gets on, and no longer when it hangs. */
final class StartWait {
  private static final Duration PATIENCE =
      Duration.ofSeconds(Integer.getInteger("drover.up.patience", 120));

  private static final int TELL_EVERY = 8;

  /** How a wait ended. */
  enum End {
    /** It answers that it works. */
    READY,
    /** It has ended. */
    ENDED,
    /** It lives and does nothing. */
    STALLED,
    /** Nobody wants to know any more. */
    LEFT
  }

  private final Health health = new Health();
  private final State state;
  private final Say say;

  StartWait(State state, Say say) {
    this.state = state;
    this.say = say;
  }

  /**
   * Waits.
   *
   * @param begin when it was started, by {@link System#nanoTime()}
   */
  End await(Service service, Process process, long begin, BooleanSupplier left)
      throws IOException, InterruptedException {
    Progress progress =
        new Progress(
            process.toHandle(), List.of(state.log(service.name()), state.console(service.name())));
    for (int round = 1; !left.getAsBoolean(); round++) {
      int answer = health.status(service.health());
      if (answer == 200) {
        say.line("%-12s ready after %.1f s", service.name(), seconds(begin));
        return End.READY;
      }
      progress.heard(answer);
      if (process.waitFor(250, TimeUnit.MILLISECONDS)) {
        return End.ENDED;
      }
      Duration still = progress.still();
      if (still.compareTo(PATIENCE) > 0) {
        say.line(
            "%-12s hangs: for %d s it has logged nothing, done nothing, and %s; its last lines:",
            service.name(), still.toSeconds(), verdict(answer, service));
        return End.STALLED;
      }
      if (round % TELL_EVERY == 0) {
        say.line("%-12s starting … %.0f s", service.name(), seconds(begin));
      }
    }
    return End.LEFT;
  }

  private static String verdict(int answer, Service service) {
    return answer < 0
        ? "does not answer " + service.health()
        : service.health() + " answers " + answer;
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }
}

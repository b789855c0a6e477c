package dev.drover.cli.run;

import dev.drover.engine.start.Progress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Whether a process that works has stopped to be of use: {@code /health} answers nothing, and it
 * does nothing either. One that is only slow, or collects its garbage, uses the processor and is
 * left alone; one that answers that it is unhealthy says itself what it waits for.
 */
final class HangWatch {
  private static final Duration PATIENCE =
      Duration.ofSeconds(Integer.getInteger("drover.up.hang", 30));

  /** Asked so often in vain: one answer may be late. */
  private static final int MOST_MISSED = 3;

  private final Health health;
  private final State state;
  private final Service service;
  private final ProcessHandle process;
  private Progress progress;
  private int missed;

  HangWatch(Health health, State state, Service service, ProcessHandle process) {
    this.health = health;
    this.state = state;
    this.service = service;
    this.process = process;
  }

  /** Whether it watches this process. */
  boolean watches(ProcessHandle other) {
    return process.equals(other);
  }

  /** Asks once; returns how it hangs, when it does. */
  Optional<String> look() {
    if (health.status(service.health()) >= 0) {
      missed = 0;
      return Optional.empty();
    }
    if (missed++ == 0) {
      // what was before, such as a pause of the whole machine, is not counted
      progress =
          new Progress(process, List.of(state.log(service.name()), state.console(service.name())));
    }
    Duration still = progress.still();
    return missed >= MOST_MISSED && still.compareTo(PATIENCE) > 0
        ? Optional.of(
            String.format(
                "hangs: %s does not answer, and for %d s it has done nothing",
                service.health(), still.toSeconds()))
        : Optional.empty();
  }
}

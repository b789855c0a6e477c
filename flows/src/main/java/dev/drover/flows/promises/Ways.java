package dev.drover.flows.promises;

import dev.drover.flows.Step;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * How often a call is made on the ways through a list of steps.
 *
 * @param least on the way that makes it least often; 0 when some way leaves it out
 * @param most on the way that makes it most often, a loop or split counted once
 */
public record Ways(int least, int most) {
  private static final Ways NONE = new Ways(0, 0);

  /** Counts the steps that fit on the ways through a flow. */
  public static Ways through(List<Step> steps, Predicate<Step> fits) {
    Ways sum = NONE;
    for (Step step : steps) {
      Ways own = fits.test(step) ? new Ways(1, 1) : NONE;
      sum = sum.then(own).then(inside(step, fits));
    }
    return sum;
  }

  private static Ways inside(Step step, Predicate<Step> fits) {
    List<Step> plain = step.children().stream().filter(child -> !child.block()).toList();
    List<Step> blocks = step.children().stream().filter(Step::block).toList();
    return switch (step.eip()) {
      case "choice" -> {
        boolean whole = blocks.stream().anyMatch(block -> block.eip().equals("otherwise"));
        Ways ways = whole ? null : NONE;
        for (Step block : blocks) {
          ways = or(ways, through(block.children(), fits));
        }
        yield ways == null ? NONE : ways;
      }
      case "filter", "loop", "split" -> new Ways(0, through(plain, fits).most());
      case "doTry" -> {
        Ways ways = through(plain, fits);
        Ways after = NONE;
        for (Step block : blocks) {
          Ways branch = through(block.children(), fits);
          if (block.eip().equals("doFinally")) {
            after = after.then(branch);
          } else {
            // the fault may come before or after the call
            ways = new Ways(Math.min(ways.least(), branch.least()), ways.most() + branch.most());
          }
        }
        yield ways.then(after);
      }
      case "circuitBreaker" -> {
        Ways ways = through(plain, fits);
        for (Step block : blocks) {
          Ways branch = through(block.children(), fits);
          ways =
              new Ways(
                  Math.min(ways.least(), branch.least()), Math.max(ways.most(), branch.most()));
        }
        yield ways;
      }
      default ->
          through(
              Stream.concat(plain.stream(), blocks.stream().flatMap(b -> b.children().stream()))
                  .toList(),
              fits);
    };
  }

  private Ways then(Ways next) {
    return new Ways(least + next.least, most + next.most);
  }

  private static Ways or(Ways one, Ways other) {
    return one == null
        ? other
        : new Ways(Math.min(one.least, other.least), Math.max(one.most, other.most));
  }
}

package dev.drover.flows.rules;

import dev.drover.flows.Findings;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;
import dev.drover.flows.Step;

/** A route can be read at a glance: at most 25 steps and three nesting levels. */
public final class SizeRule implements Rule {
  private static final int STEPS = 25;
  private static final int LEVELS = 3;

  @Override
  public void check(FlowSet flows, Findings out) {
    flows
        .flows()
        .forEach(
            flow -> {
              long steps = flow.allSteps().filter(step -> !step.block()).count();
              if (steps > STEPS) {
                out.add(
                    flow.file(),
                    flow.node().line(),
                    steps
                        + " steps, more than "
                        + STEPS
                        + "; split '"
                        + flow.name()
                        + "' at a direct: seam that is named like a verb");
              }
              flow.allSteps()
                  .filter(step -> !step.block() && step.depth() == LEVELS + 1)
                  .map(Step::line)
                  .forEach(
                      line ->
                          out.add(
                              flow.file(),
                              line,
                              "nested deeper than "
                                  + LEVELS
                                  + " levels; move the inner steps to a direct: route"));
            });
  }
}

package dev.drover.flows.rules;

import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;
import dev.drover.flows.Step;

/** Every step and branch has an id in words of the protocol. */
public final class StepIdRule implements Rule {

  @Override
  public void check(FlowSet flows, Findings out) {
    flows.flows().forEach(flow -> flow.allSteps().forEach(step -> check(flow, step, out)));
  }

  private static void check(Flow flow, Step step, Findings out) {
    if (step.eip().equals("kamelet") && step.children().isEmpty()) {
      out.add(
          flow.file(),
          step.line(),
          "`kamelet` without steps inside; write to: with uri: kamelet:"
              + step.options().text("name"));
    } else if (step.id().isEmpty()) {
      String what = step.block() ? "branch `" : "step `";
      out.add(
          flow.file(),
          step.line(),
          what + step.eip() + "` without id; write id: <verb-object> in words of the protocol");
    } else if (!step.id().matches("[a-z][a-z0-9]*(-[a-z0-9]+)*")) {
      out.add(
          flow.file(),
          step.options().lineAt("/id"),
          "id '" + step.id() + "'; write lower case words with dashes, such as verify-signature");
    }
  }
}

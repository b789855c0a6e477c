package dev.drover.flows.rules;

import dev.drover.flows.EndpointUse;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;
import dev.drover.flows.YamlNode;
import java.util.Map;

/** Queues keep what they have taken, and a batch is acknowledged after its effect. */
public final class DurabilityRule implements Rule {
  private record Must(String value, boolean whenMissing, String why) {}

  private static final Map<String, Must> RECEIVING =
      Map.of(
          "autoCommitEnable",
          new Must("false", true, "else a batch counts as done before its effect is stored"),
          "allowManualCommit",
          new Must("true", false, "else nobody can say when a batch is done"),
          "breakOnFirstError",
          new Must("true", false, "else what failed is overtaken and forgotten"));

  private static final Map<String, Must> SENDING =
      Map.of(
          "requestRequiredAcks",
          new Must("all", false, "else what is taken may be lost with one broker"),
          "enableIdempotence",
          new Must("true", false, "else a repetition is a second message"));

  @Override
  public void check(FlowSet flows, Findings out) {
    flows.flows().forEach(flow -> flow.endpoints().forEach(use -> check(flow, use, out)));
  }

  private static void check(Flow flow, EndpointUse use, Findings out) {
    if (!use.scheme().equals("kafka")) {
      return;
    }
    Map<String, Must> rules = use.role() == EndpointUse.Role.CONSUMER ? RECEIVING : SENDING;
    rules.forEach(
        (option, must) -> {
          YamlNode node = use.parameters().get(option);
          boolean wrong = node == null ? must.whenMissing() : !node.asText().equals(must.value());
          if (wrong) {
            out.add(
                flow.file(),
                node == null ? use.line() : node.line(),
                "kafka "
                    + option
                    + (node == null ? " is missing" : " is '" + node.asText() + "'")
                    + "; write "
                    + option
                    + ": \""
                    + must.value()
                    + "\", "
                    + must.why());
          }
        });
  }
}

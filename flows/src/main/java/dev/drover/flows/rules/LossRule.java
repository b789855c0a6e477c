package dev.drover.flows.rules;

import dev.drover.flows.EndpointUse;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;
import dev.drover.flows.Step;
import java.util.Map;
import java.util.Set;

/** Nothing keeps an accepted message in memory only. */
public final class LossRule implements Rule {
  private static final Set<String> MEMORY_SCHEMES =
      Set.of("seda", "vm", "disruptor", "disruptor-vm");
  private static final Map<String, String> MEMORY_STEPS =
      Map.of(
          "wireTap", "to: a durable queue",
          "threads", "nothing: the consumer's own threads do",
          "resequence", "an ordered, durable source",
          "delay", "a retry at the source");

  @Override
  public void check(FlowSet flows, Findings out) {
    flows
        .flows()
        .forEach(
            flow -> {
              flow.endpoints().forEach(use -> endpoint(flow, use, out));
              flow.allSteps().forEach(step -> step(flow, step, out));
            });
  }

  private static void endpoint(Flow flow, EndpointUse use, Findings out) {
    if (MEMORY_SCHEMES.contains(use.scheme())) {
      out.add(
          flow.file(),
          use.line(),
          "'" + use.scheme() + "' keeps messages in memory; write a durable queue, or direct:");
    }
  }

  private static void step(Flow flow, Step step, Findings out) {
    String eip = step.eip();
    if (MEMORY_STEPS.containsKey(eip)) {
      out.add(
          flow.file(),
          step.line(),
          "`" + eip + "` keeps messages in memory; write " + MEMORY_STEPS.get(eip));
    }
    if (eip.equals("aggregate") && step.options().text("aggregationRepository").isEmpty()) {
      out.add(
          flow.file(),
          step.line(),
          "`aggregate` in memory; read batches from the queue,"
              + " or write aggregationRepository: \"#<durable bean>\"");
    }
    if (eip.equals("idempotentConsumer")) {
      out.add(
          flow.file(),
          step.line(),
          "`idempotentConsumer` stores its key apart from the"
              + " effect; store key and effect in one write (a bean)");
    }
    for (String option : new String[] {"parallelProcessing", "asyncDelayedRedelivery"}) {
      if (step.options().text(option).equals("true")
          || step.options().text("redeliveryPolicy", option).equals("true")) {
        out.add(
            flow.file(),
            step.line(),
            "`" + eip + "` with " + option + " leaves the thread that answers; delete the option");
      }
    }
    boolean polls = eip.equals("poll") || eip.equals("pollEnrich");
    if (polls && step.options().text("timeout").isEmpty()) {
      out.add(flow.file(), step.line(), "`" + eip + "` waits for ever; write timeout: \"5s\"");
    }
  }
}

package dev.drover.flows.harness;

import dev.drover.flows.Flow;
import dev.drover.flows.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.LogDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Knows which branches of a flow file were taken: each step, and for a filter, a choice without
 * otherwise and a loop also the way past it.
 */
final class Branches implements InterceptStrategy {
  private static final Set<String> PASSED_BY = Set.of("filter", "choice", "loop", "split");

  /** More than all tests of a file need. */
  private static final int ENDLESS = 5_000;

  private final Recorder recorder;
  private final Set<String> taken = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> entered = new ConcurrentHashMap<>();

  Branches(Recorder recorder) {
    this.recorder = recorder;
  }

  @Override
  public Processor wrapProcessorInInterceptors(
      CamelContext context, NamedNode definition, Processor target, Processor next) {
    String id = definition.getId();
    List<String> children = new ArrayList<>();
    inside(definition, children);
    return new DelegateAsyncProcessor(
        exchange -> {
          if (definition instanceof LogDefinition log) {
            said(context, log, exchange);
          }
          step(id, children, target, exchange);
        });
  }

  /** A line for people counts whether this machine's log shows it or not. */
  private void said(CamelContext context, LogDefinition log, Exchange exchange) {
    String level = log.getLoggingLevel() == null ? "INFO" : log.getLoggingLevel();
    if (!Set.of("DEBUG", "TRACE").contains(level)) {
      String text = context.resolvePropertyPlaceholders(log.getMessage());
      Expression message = context.resolveLanguage("simple").createExpression(text);
      message.init(context);
      recorder.log(exchange, level, message.evaluate(exchange, String.class));
    }
  }

  private void step(String id, List<String> children, Processor target, Exchange exchange)
      throws Exception {
    taken.add(id);
    if (entered.merge(id, 1, Integer::sum) > ENDLESS) {
      throw new IllegalStateException(id + " was entered " + ENDLESS + " times: it has no end");
    }
    int before = count(children);
    Exchange outer = recorder.enter(exchange);
    try {
      target.process(exchange);
    } finally {
      recorder.leave(outer);
    }
    if (!children.isEmpty() && count(children) == before) {
      taken.add(id + " past");
    }
  }

  private int count(List<String> ids) {
    return ids.stream().mapToInt(id -> entered.getOrDefault(id, 0)).sum();
  }

  private static void inside(NamedNode node, List<String> ids) {
    if (node instanceof ProcessorDefinition<?> step) {
      for (ProcessorDefinition<?> child : step.getOutputs()) {
        ids.add(child.getId());
        inside(child, ids);
      }
    }
  }

  /** Returns what no test has executed, in the words of the file. */
  List<String> missing(Stream<Flow> flows) {
    List<String> missing = new ArrayList<>();
    flows.forEach(
        flow ->
            flow.allSteps()
                .filter(step -> !step.block() && !step.id().isEmpty())
                .filter(step -> flow.kind() != Flow.Kind.CONFIGURATION || step.depth() > 0)
                .forEach(step -> look(flow, step, missing)));
    return missing;
  }

  private void look(Flow flow, Step step, List<String> missing) {
    String place = flow.name() + ": ";
    if (!step.eip().equals("doTry") && !was(flow, step.id(), "")) {
      missing.add(place + "no test executes " + step.eip() + " " + step.id());
    }
    boolean otherwise = step.children().stream().anyMatch(c -> c.eip().equals("otherwise"));
    boolean always = step.options().at("expression", "constant").isPresent();
    if (PASSED_BY.contains(step.eip()) && !otherwise && !always && !was(flow, step.id(), " past")) {
      missing.add(place + "no test passes by " + step.eip() + " " + step.id());
    }
  }

  private boolean was(Flow flow, String id, String way) {
    return taken.contains(flow.prefix() + id + way) || taken.contains(id + way);
  }
}

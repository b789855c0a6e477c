package dev.drover.flows.promises;

import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.Promise;
import dev.drover.flows.Step;
import dev.drover.flows.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compares one flow with its promise. */
public final class Keeping {
  /** In {@code order}: not a call but the step with this id, which may hold others. */
  private static final String STEP = "step:";

  private final Flow flow;
  private final Promise promise;
  private final Findings out;

  /** Compares when asked, and says what is broken. */
  public Keeping(Flow flow, Promise promise, Findings out) {
    this.flow = flow;
    this.promise = promise;
    this.out = out;
  }

  /** Adds a finding for each part of the promise that the flow does not keep. */
  public void check() {
    first();
    promise.first().forEach(this::once);
    Map<String, Integer> wanted = count(promise.always());
    wanted.forEach((call, times) -> always(flow.steps(), call, times));
    promise.inside().forEach(this::inside);
    promise.order().forEach(pair -> order(pair.get(0), pair.get(1)));
    promise.last().forEach(call -> last(flow.steps(), call, false));
    promise
        .with()
        .forEach((id, options) -> options.forEach((name, value) -> with(id, name, value)));
    errors();
  }

  private static Map<String, Integer> count(List<String> calls) {
    Map<String, Integer> times = new LinkedHashMap<>();
    calls.forEach(call -> times.merge(call, 1, Integer::sum));
    return times;
  }

  private void first() {
    List<String> left = new ArrayList<>(promise.first());
    for (Step step : flow.steps()) {
      if (left.isEmpty()) {
        return;
      }
      if (left.contains(Calls.of(step))) {
        if (!Calls.of(step).equals(left.get(0))) {
          say(
              step.line(),
              Calls.of(step) + " comes before " + left.get(0) + "; change their order");
        }
        left.remove(Calls.of(step));
      } else if (step.all().anyMatch(Calls::isCall)) {
        say(
            step.line(),
            "step '" + step.id() + "' comes before " + left.get(0) + "; move it behind");
        left.removeIf(call -> flow.steps().stream().anyMatch(s -> Calls.of(s).equals(call)));
        left.forEach(this::gone);
        return;
      }
    }
    left.forEach(this::gone);
  }

  /** A guard that stands twice counts twice, or waits for itself. */
  private void once(String call) {
    long wanted = promise.first().stream().filter(call::equals).count() + declared(call);
    if (Ways.through(flow.steps(), step -> Calls.of(step).equals(call)).most() > wanted) {
      say(lineOf(call), call + " is called twice on one way; delete one of the steps");
    }
  }

  private void gone(String call) {
    say(
        flow.node().line(),
        "no step does " + call + "; every caller passes it first, so write it again");
  }

  private void always(List<Step> steps, String call, int times) {
    Ways ways = Ways.through(steps, step -> Calls.of(step).equals(call));
    if (ways.least() < times) {
      boolean somewhere = flow.allSteps().anyMatch(step -> Calls.of(step).equals(call));
      say(
          lineOf(call),
          somewhere
              ? "some way leaves out " + call + "; move it out of the condition"
              : "no step does " + call + "; write it again, for others rely on it");
    } else if (tooOften(ways, call)) {
      say(lineOf(call), call + " is called twice on one way; delete one of the steps");
    }
  }

  private boolean tooOften(Ways ways, String call) {
    // headers that are gone can be removed again, before a call that was added
    return ways.most() > declared(call) && !call.startsWith("removeHeaders:");
  }

  private long declared(String call) {
    long inside =
        promise.inside().values().stream().flatMap(List::stream).filter(call::equals).count();
    return inside + promise.always().stream().filter(call::equals).count();
  }

  private void inside(String id, List<String> calls) {
    Optional<Step> block = flow.allSteps().filter(step -> step.id().equals(id)).findFirst();
    if (block.isEmpty()) {
      say(flow.node().line(), "step '" + id + "' is missing; write it again, with " + calls);
      return;
    }
    for (String call : count(calls).keySet()) {
      int times = count(calls).get(call);
      Ways ways = Ways.through(block.get().children(), step -> Calls.of(step).equals(call));
      if (ways.most() < times) {
        say(
            block.get().line(),
            "step '" + id + "' does not call " + call + " any more; write it again");
      } else if (tooOften(ways, call)) {
        say(lineOf(call), call + " is called twice on one way; delete one of the steps");
      }
    }
  }

  private static boolean is(Step step, String name) {
    return name.startsWith(STEP)
        ? step.id().equals(name.substring(STEP.length()))
        : Calls.of(step).equals(name);
  }

  private void order(String before, String after) {
    boolean seen = false;
    for (Step step : flow.allSteps().toList()) {
      seen |= is(step, before);
      if (is(step, after) && !seen) {
        say(step.line(), after + " comes before " + before + "; move it behind");
        return;
      }
    }
  }

  /** Returns whether the call was seen; what comes after it on its way must call nothing. */
  private boolean last(List<Step> steps, String call, boolean after) {
    boolean seen = after;
    for (Step step : steps) {
      String own = Calls.of(step);
      if (seen && Calls.isCall(step) && !own.equals(call) && !own.startsWith("bean:protocolLog.")) {
        say(step.line(), "step '" + step.id() + "' comes after " + call + "; move it before");
        return true;
      }
      boolean inside = seen;
      for (Step child : step.children()) {
        inside |= last(child.block() ? child.children() : List.of(child), call, seen);
      }
      seen = seen || inside || own.equals(call);
    }
    return seen;
  }

  private void with(String id, String name, String value) {
    Optional<YamlNode> holder =
        id.equals("from")
            ? flow.from()
            : flow.allSteps().filter(s -> s.id().equals(id)).map(Step::options).findFirst();
    if (holder.isEmpty()) {
      say(flow.node().line(), "step '" + id + "' is missing; write it again");
      return;
    }
    String found = Calls.option(holder.get(), name);
    if (!found.equals(value)) {
      say(
          holder.get().line(),
          "%s of '%s' is %s; write %s: \"%s\", for others rely on it"
              .formatted(name, id, found.isEmpty() ? "missing" : "'" + found + "'", name, value));
    }
  }

  private void errors() {
    String found = flow.node().text("routeConfigurationId");
    if (!promise.errors().isEmpty() && !promise.errors().equals(found)) {
      say(
          flow.node().at("routeConfigurationId").orElse(flow.node()).line(),
          "routeConfigurationId '"
              + found
              + "'; write "
              + promise.errors()
              + ", for callers rely on how it fails");
    }
  }

  private int lineOf(String call) {
    return flow.allSteps()
        .filter(step -> Calls.of(step).equals(call))
        .map(Step::line)
        .reduce((a, b) -> b)
        .orElse(flow.node().line());
  }

  private void say(int line, String message) {
    out.add(flow.file(), line, flow.name() + ": " + message);
  }
}

package dev.drover.flows.rules;

import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;
import dev.drover.flows.promises.Keeping;
import java.util.HashMap;
import java.util.Map;

/** Each flow keeps what {@code proto/flows/<bundle>.promises.yaml} says that it promises. */
public final class PromiseRule implements Rule {
  @Override
  public void check(FlowSet flows, Findings out) {
    Map<String, Flow> byName = new HashMap<>();
    flows.flows().forEach(flow -> byName.put(key(flow.bundle(), flow.name()), flow));
    flows
        .promises()
        .forEach(
            (bundle, promises) ->
                promises.forEach(
                    (name, promise) -> {
                      Flow flow = byName.get(key(bundle, name));
                      if (flow == null) {
                        out.add(
                            "routes/" + bundle,
                            1,
                            "flow '"
                                + name
                                + "' is missing; write it again, for others rely on what it promises"
                                + " (proto/flows/"
                                + bundle
                                + ".promises.yaml)");
                      } else {
                        new Keeping(flow, promise, out).check();
                      }
                    }));
  }

  /** Kamelets belong to no bundle; their promises stand beside those of the shared flows. */
  private static String key(String bundle, String name) {
    return (bundle.isEmpty() ? FlowSet.SHARED : bundle) + "/" + name;
  }
}

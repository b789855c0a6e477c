package dev.drover.flows.rules;

import dev.drover.flows.BundleCatalog;
import dev.drover.flows.Components;
import dev.drover.flows.EndpointUse;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.NearestNames;
import dev.drover.flows.Rule;
import dev.drover.flows.Step;
import dev.drover.flows.YamlNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Components, languages and data formats lie on the class path of the bundle that loads the file:
 * that Camel has one does not mean that this process does.
 */
public final class ClassPathRule implements Rule {
  private static final Map<String, String> LIBRARIES =
      Map.of("Jackson", "jackson", "Gson", "gson", "Jsonb", "jsonb", "Fastjson", "fastjson");

  private final Components components;
  private final Set<String> languages;

  /** Takes from Camel's catalogue what is a language. */
  public ClassPathRule(Components components) {
    this.components = components;
    this.languages = new TreeSet<>(components.catalog().findLanguageNames());
  }

  @Override
  public void check(FlowSet flows, Findings out) {
    for (String bundle : flows.bundles()) {
      BundleCatalog catalog = flows.catalogs().get(bundle);
      if (catalog != null) {
        flows.flowsOf(bundle).forEach(flow -> check(flow, bundle, catalog, out));
      }
    }
  }

  private void check(Flow flow, String bundle, BundleCatalog catalog, Findings out) {
    for (EndpointUse use : flow.endpoints()) {
      String scheme = use.scheme();
      boolean known = catalog.components().contains(scheme) || !components.knows(scheme);
      if (!scheme.isEmpty() && !scheme.startsWith("#") && !known) {
        missing(flow, use.line(), "component", scheme, bundle, catalog.components(), out);
      }
    }
    flow.allSteps().forEach(step -> step(flow, step, bundle, catalog, out));
  }

  private void step(Flow flow, Step step, String bundle, BundleCatalog catalog, Findings out) {
    step.options()
        .entries()
        .forEach(
            (key, node) ->
                node.entries()
                    .forEach(
                        (language, options) -> {
                          boolean holder =
                              key.equals("expression")
                                  || key.endsWith("xpression")
                                  || key.equals("handled");
                          if (holder
                              && languages.contains(language)
                              && !catalog.languages().contains(language)) {
                            missing(
                                flow,
                                options.line(),
                                "language",
                                language,
                                bundle,
                                catalog.languages(),
                                out);
                          }
                        }));
    if (step.eip().equals("marshal") || step.eip().equals("unmarshal")) {
      step.options()
          .entries()
          .forEach((name, node) -> format(flow, name, node, bundle, catalog, out));
    }
  }

  private void format(
      Flow flow, String name, YamlNode node, String bundle, BundleCatalog catalog, Findings out) {
    String library = node.text("library");
    String format =
        name.equals("json")
            ? LIBRARIES.getOrDefault(library.isEmpty() ? "Jackson" : library, library)
            : name;
    boolean known = components.catalog().findDataFormatNames().contains(format);
    if (known && !catalog.dataFormats().contains(format)) {
      missing(flow, node.line(), "data format", format, bundle, catalog.dataFormats(), out);
    }
  }

  private static void missing(
      Flow flow,
      int line,
      String kind,
      String name,
      String bundle,
      Set<String> there,
      Findings out) {
    out.add(
        flow.file(),
        line,
        "%s '%s' is not on the class path of %s%s"
            .formatted(
                kind,
                name,
                bundle,
                NearestNames.advice(there, name, "add its starter to the pom.xml of its process")));
  }
}

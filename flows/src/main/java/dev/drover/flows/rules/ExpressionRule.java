package dev.drover.flows.rules;

import dev.drover.flows.Components;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;
import dev.drover.flows.Step;
import dev.drover.flows.YamlNode;
import dev.drover.proto.Plain;
import java.util.Map;
import java.util.Set;
import net.thisptr.jackson.jq.JsonQuery;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import org.apache.camel.catalog.LanguageValidationResult;

/** Expressions are one-liners of simple or jq that can be parsed. */
public final class ExpressionRule implements Rule {
  private static final Set<String> LANGUAGES =
      Set.of(
          "simple",
          "jq",
          "constant",
          "header",
          "exchangeProperty",
          "variable",
          "method",
          "tokenize",
          "ref");

  private static final Set<String> FORBIDDEN =
      Set.of(
          "csimple",
          "datasonnet",
          "groovy",
          "hl7terser",
          "jactl",
          "java",
          "joor",
          "js",
          "jsonpath",
          "mvel",
          "ognl",
          "python",
          "spel",
          "wasm",
          "xpath",
          "xquery",
          "xtokenize",
          "language");

  private static final Set<String> PREDICATES =
      Set.of("handled", "continued", "onWhen", "retryWhile", "completionPredicate");

  private static final Set<String> PREDICATE_STEPS = Set.of("when", "filter", "validate", "onWhen");

  private final Components components;

  /** Checks simple through Camel's catalogue, jq with its own parser. */
  public ExpressionRule(Components components) {
    this.components = components;
  }

  @Override
  public void check(FlowSet flows, Findings out) {
    flows.flows().forEach(flow -> flow.allSteps().forEach(step -> check(flow, step, out)));
  }

  private void check(Flow flow, Step step, Findings out) {
    step.options()
        .entries()
        .forEach(
            (key, node) -> {
              boolean predicate =
                  PREDICATES.contains(key)
                      || (key.equals("expression") && PREDICATE_STEPS.contains(step.eip()));
              if (key.equals("headers") || key.equals("variables")) {
                node.items()
                    .forEach(
                        item ->
                            item.at("expression").ifPresent(e -> languages(flow, e, false, out)));
              } else if (!key.equals("parameters") && !key.equals("steps")) {
                languages(flow, node, predicate, out);
              }
            });
    if (step.eip().equals("log") || step.eip().equals("throwException")) {
      step.options()
          .at("message")
          .ifPresent(node -> text(flow, "simple", node, node.asText(), false, out));
    }
    if (step.eip().equals("toD")) {
      step.options()
          .at("uri")
          .ifPresent(node -> text(flow, "simple", node, node.asText(), false, out));
    }
  }

  private void languages(Flow flow, YamlNode holder, boolean predicate, Findings out) {
    for (Map.Entry<String, YamlNode> entry : holder.entries().entrySet()) {
      String language = entry.getKey();
      YamlNode node = entry.getValue();
      String text = node.isScalar() ? node.asText() : node.text("expression");
      if (FORBIDDEN.contains(language)) {
        out.add(
            flow.file(),
            node.line(),
            "language '" + language + "'; write simple or jq, or a bean with a unit test");
      } else if (LANGUAGES.contains(language) && !text.isEmpty()) {
        text(flow, language, node, text, predicate, out);
      }
    }
  }

  private void text(
      Flow flow, String language, YamlNode node, String text, boolean predicate, Findings out) {
    if (text.strip().contains("\n")) {
      out.add(
          flow.file(),
          node.line(),
          language
              + " expression of several lines; write one line,"
              + " or a bean with a unit test");
    }
    String error = error(language, text, predicate);
    if (error != null) {
      out.add(
          flow.file(),
          node.line(),
          language
              + (predicate ? " predicate: " : " expression: ")
              + error.strip().replaceAll("\\s+", " "));
    }
  }

  private String error(String language, String text, boolean predicate) {
    switch (language) {
      case "simple":
        ClassLoader loader = ExpressionRule.class.getClassLoader();
        // each placeholder alone, since Camel's own replacement is greedy
        String plain = text.replaceAll("\\{\\{[^{}]*}}", "placeholder");
        LanguageValidationResult result =
            predicate
                ? components.catalog().validateLanguagePredicate(loader, language, plain)
                : components.catalog().validateLanguageExpression(loader, language, plain);
        return result.isSuccess() ? null : result.getError();
      case "jq":
        try {
          JsonQuery.compile(text.replaceAll("\\{\\{[^{}]*}}", "0"), Versions.JQ_1_6);
          return null;
        } catch (JsonQueryException e) {
          return Plain.words(e.getMessage());
        }
      default:
        return null;
    }
  }
}

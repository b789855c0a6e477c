package dev.drover.flows;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A step of a flow, or a block of one (when, otherwise, doCatch, doFinally, onFallback).
 *
 * @param eip name of the step as written, such as {@code setBody}
 * @param depth 0 for a step of the flow itself, 1 for a step inside of such a step, and so on
 * @param block whether this is a branch of its parent, which Camel does not execute as a step
 */
public record Step(
    String eip, YamlNode options, int line, int depth, boolean block, List<Step> children) {
  private static final Set<String> BLOCKS =
      Set.of("when", "otherwise", "doCatch", "doFinally", "onFallback");

  /** Reads the list of steps under the key {@code steps} of a mapping. */
  public static List<Step> readSteps(YamlNode owner, int depth) {
    List<Step> steps = new ArrayList<>();
    for (YamlNode item : owner.at("steps").map(YamlNode::items).orElse(List.of())) {
      item.entries().forEach((eip, options) -> steps.add(read(eip, options, depth, false)));
    }
    return steps;
  }

  /** Reads one step with everything inside of it. */
  public static Step read(String eip, YamlNode options, int depth, boolean block) {
    List<Step> children = new ArrayList<>(readSteps(options, depth + 1));
    options
        .entries()
        .forEach(
            (key, node) -> {
              if (BLOCKS.contains(key)) {
                List<YamlNode> branches =
                    node.value() instanceof List ? node.items() : List.of(node);
                branches.forEach(branch -> children.add(read(key, branch, depth, true)));
              }
            });
    return new Step(eip, options, options.line(), depth, block, children);
  }

  /** Returns the id as written, without the prefix of its flow; empty when there is none. */
  public String id() {
    return options.text("id");
  }

  /** Returns this step and all steps and blocks inside of it. */
  public Stream<Step> all() {
    return Stream.concat(Stream.of(this), children.stream().flatMap(Step::all));
  }
}

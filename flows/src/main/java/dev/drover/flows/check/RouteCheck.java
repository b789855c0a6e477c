package dev.drover.flows.check;

import dev.drover.flows.Components;
import dev.drover.flows.Finding;
import dev.drover.flows.Findings;
import dev.drover.flows.FlowReader;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;
import dev.drover.flows.rules.BeanMethodRule;
import dev.drover.flows.rules.BeanRule;
import dev.drover.flows.rules.ClassPathRule;
import dev.drover.flows.rules.CommentRule;
import dev.drover.flows.rules.ConfigurationRule;
import dev.drover.flows.rules.DescriptionRule;
import dev.drover.flows.rules.DirectRule;
import dev.drover.flows.rules.DroverNameRule;
import dev.drover.flows.rules.DurabilityRule;
import dev.drover.flows.rules.DurationRule;
import dev.drover.flows.rules.DynamicTargetRule;
import dev.drover.flows.rules.EndpointRule;
import dev.drover.flows.rules.ExpressionRule;
import dev.drover.flows.rules.FileNameRule;
import dev.drover.flows.rules.ForbiddenRule;
import dev.drover.flows.rules.JavaNameRule;
import dev.drover.flows.rules.KameletDependencyRule;
import dev.drover.flows.rules.KameletFileRule;
import dev.drover.flows.rules.KameletUseRule;
import dev.drover.flows.rules.LossRule;
import dev.drover.flows.rules.OperationRule;
import dev.drover.flows.rules.OutwardRule;
import dev.drover.flows.rules.PlaceholderRule;
import dev.drover.flows.rules.PromiseRule;
import dev.drover.flows.rules.RouteAttributesRule;
import dev.drover.flows.rules.SchemaRule;
import dev.drover.flows.rules.SizeRule;
import dev.drover.flows.rules.SpringSyntaxRule;
import dev.drover.flows.rules.StepIdRule;
import dev.drover.flows.rules.UniqueIdRule;
import dev.drover.flows.rules.WaitRule;
import java.nio.file.Path;
import java.util.List;

/** Checks the flows of a repository against all rules of the house. */
public final class RouteCheck {
  private final List<Rule> rules;

  /** Prepares all rules; this loads three schemas and Camel's catalogue. */
  public RouteCheck() {
    Components components = new Components();
    this.rules =
        List.of(
            new FileNameRule(),
            new CommentRule(),
            new ConfigurationRule(),
            new SchemaRule(),
            new RouteAttributesRule(),
            new StepIdRule(),
            new UniqueIdRule(),
            new DescriptionRule(),
            new SizeRule(),
            new DirectRule(),
            new OperationRule(),
            new KameletFileRule(),
            new KameletUseRule(),
            new KameletDependencyRule(components),
            new BeanRule(),
            new PlaceholderRule(),
            new EndpointRule(components),
            new ExpressionRule(components),
            new DurationRule(components),
            new DynamicTargetRule(),
            new LossRule(),
            new WaitRule(),
            new PromiseRule(),
            new BeanMethodRule(),
            new ClassPathRule(components),
            new DroverNameRule(),
            new ForbiddenRule(),
            new DurabilityRule(),
            new OutwardRule(),
            new JavaNameRule(),
            new SpringSyntaxRule());
  }

  /** Returns what is wrong in a repository with the usual folders routes/ and kamelets/. */
  public List<Finding> check(Path home) {
    return check(home, home.resolve("routes"), home.resolve("kamelets"));
  }

  /** Returns what is wrong in the given folders, sorted by place. */
  public List<Finding> check(Path home, Path routes, Path kamelets) {
    Findings out = new Findings();
    FlowSet flows = new FlowReader(home, routes, kamelets).read(out);
    if (!out.list().isEmpty()) {
      // what cannot be read is missing everywhere; that it is says nothing more
      return out.list();
    }
    rules.forEach(rule -> rule.check(flows, out));
    return out.list();
  }
}

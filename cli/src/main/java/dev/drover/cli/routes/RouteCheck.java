package dev.drover.cli.routes;

import dev.drover.cli.routes.rules.BeanRule;
import dev.drover.cli.routes.rules.CommentRule;
import dev.drover.cli.routes.rules.ConfigurationRule;
import dev.drover.cli.routes.rules.DescriptionRule;
import dev.drover.cli.routes.rules.DirectRule;
import dev.drover.cli.routes.rules.DurationRule;
import dev.drover.cli.routes.rules.DynamicTargetRule;
import dev.drover.cli.routes.rules.EndpointRule;
import dev.drover.cli.routes.rules.ExpressionRule;
import dev.drover.cli.routes.rules.FileNameRule;
import dev.drover.cli.routes.rules.JavaNameRule;
import dev.drover.cli.routes.rules.KameletDependencyRule;
import dev.drover.cli.routes.rules.KameletFileRule;
import dev.drover.cli.routes.rules.KameletUseRule;
import dev.drover.cli.routes.rules.LossRule;
import dev.drover.cli.routes.rules.PlaceholderRule;
import dev.drover.cli.routes.rules.RouteAttributesRule;
import dev.drover.cli.routes.rules.SchemaRule;
import dev.drover.cli.routes.rules.SizeRule;
import dev.drover.cli.routes.rules.SpringSyntaxRule;
import dev.drover.cli.routes.rules.StepIdRule;
import dev.drover.cli.routes.rules.UniqueIdRule;
import dev.drover.cli.routes.rules.WaitRule;
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
    rules.forEach(rule -> rule.check(flows, out));
    return out.list();
  }
}

package dev.drover.process;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether the bundle of a {@link ConditionalOnBundle} is on. */
final class OnBundle extends SpringBootCondition {
  @Override
  public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata type) {
    String bundle = type.getAnnotations().get(ConditionalOnBundle.class).getString("value");
    boolean on = Bundles.on(context.getEnvironment()).contains(bundle);
    return new ConditionOutcome(
        on,
        ConditionMessage.forCondition(ConditionalOnBundle.class, bundle)
            .because(on ? "it is on" : "it is not in " + Bundles.SETTING));
  }
}

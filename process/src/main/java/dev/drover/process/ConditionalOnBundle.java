package dev.drover.process;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/**
 * Stands on a bundle's one auto-configuration, which imports everything that the bundle's flows
 * need: it counts where {@code drover.bundles} has the bundle's name.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnBundle.class)
public @interface ConditionalOnBundle {
  /** The bundle's name, which is that of its directory below {@code routes/}. */
  String value();
}

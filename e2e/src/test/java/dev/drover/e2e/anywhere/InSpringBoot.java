package dev.drover.e2e.anywhere;

import dev.drover.flows.anywhere.FlowsAnywhere;
import dev.drover.flows.anywhere.Questions;
import java.nio.file.Path;
import java.util.HashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kamelet.springboot.KameletComponentAutoConfiguration;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.support.GenericApplicationContext;

/** Spring Boot with Camel's starter: beans are those of its context. */
final class InSpringBoot implements FlowsAnywhereTest.Runtime {

  @SpringBootConfiguration(proxyBeanMethods = false)
  @ImportAutoConfiguration({CamelAutoConfiguration.class, KameletComponentAutoConfiguration.class})
  static class Application {}

  @Override
  public String answers(Path home) throws Exception {
    FlowsAnywhere flows = new FlowsAnywhere(home);
    try (var spring =
        new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.NONE)
            .properties(new HashMap<>(FlowsAnywhere.settings(home)))
            .initializers(
                (GenericApplicationContext context) ->
                    flows
                        .beans()
                        .forEach(
                            (name, bean) -> context.getBeanFactory().registerSingleton(name, bean)))
            .run(
                "--spring.config.location=optional:classpath:/none/",
                "--spring.main.banner-mode=off")) {
      return Questions.ask(spring.getBean(CamelContext.class), flows);
    }
  }
}

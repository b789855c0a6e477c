package dev.drover.e2e.anywhere;

import dev.drover.flows.anywhere.FlowsAnywhere;
import dev.drover.flows.anywhere.Questions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kamelet.springboot.KameletComponentAutoConfiguration;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;

/** Spring Boot with Camel's starter: beans are those of its context. */
final class InSpringBoot implements FlowsAnywhereTest.Runtime {

  @SpringBootConfiguration(proxyBeanMethods = false)
  @ImportAutoConfiguration({CamelAutoConfiguration.class, KameletComponentAutoConfiguration.class})
  static class Application {}

  @Override
  public String answers(Path home) throws Exception {
    FlowsAnywhere flows = new FlowsAnywhere(home);
    SpringApplication application = new SpringApplication(Application.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    application.setDefaultProperties(new HashMap<>(FlowsAnywhere.settings(home)));
    // instead of the checks that our processes make at their start
    application.setInitializers(List.of((ApplicationContextInitializer<?>) bind(flows.beans())));
    try (var spring =
        application.run(
            "--spring.config.location=optional:classpath:/none/",
            "--spring.main.banner-mode=off")) {
      return Questions.ask(spring.getBean(CamelContext.class), flows);
    }
  }

  private static ApplicationContextInitializer<GenericApplicationContext> bind(
      Map<String, Object> beans) {
    return context -> beans.forEach(context.getBeanFactory()::registerSingleton);
  }
}

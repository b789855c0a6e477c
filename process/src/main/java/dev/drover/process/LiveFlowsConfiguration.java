package dev.drover.process;

import dev.drover.engine.health.Conditions;
import dev.drover.engine.live.RouteSwap;
import dev.drover.engine.live.Seams;
import dev.drover.engine.time.Ticker;
import java.time.Clock;
import org.apache.camel.CamelContext;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;

/** Flows that are changed while the process runs: on its management port, and on disk. */
@Configuration(proxyBeanMethods = false)
class LiveFlowsConfiguration {
  /** Camel's component {@code direct}, by the name under which Spring has components. */
  @Bean("direct-component")
  Seams seams() {
    return new Seams();
  }

  @Bean
  RouteSwap routeSwap(CamelContext camel, Seams seams, Ticker ticker) {
    return new RouteSwap(camel, seams, ticker);
  }

  @Bean
  FlowWatch flowWatch(
      CamelContext camel,
      RouteSwap swap,
      Clock clock,
      ConfigurableEnvironment settings,
      Conditions conditions) {
    return new FlowWatch(camel, swap, clock, settings, conditions);
  }

  @Bean
  FlowsController flowsController(FlowWatch flows, Ticker ticker, Clock clock) {
    return new FlowsController(flows, ticker, clock);
  }

  /** A runner, since it begins when the routes run. */
  @Bean
  ApplicationRunner watchFlows(FlowWatch flows) {
    return arguments -> flows.start();
  }
}

package dev.drover.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.guard.Guards;
import dev.drover.proto.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** The JSON lines of document 1, section 10.2, as the shipped configuration writes them. */
class ProtocolLogTest {
  @TempDir Path directory;

  private List<JsonNode> lines(Path file) throws Exception {
    return Files.readAllLines(file).stream()
        .map(line -> Json.tree(line.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .collect(Collectors.toList());
  }

  private LoggerContext shippedConfiguration() throws Exception {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    context.putProperty("LOG_DIR", directory.toString());
    context.putProperty("COMPONENT", "orchestrator");
    Path file =
        Files.writeString(
            directory.resolve("logback.xml"),
            "<configuration><include resource=\"dev/drover/logback.xml\"/></configuration>");
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(file.toFile());
    return context;
  }

  @Test
  void aProtocolLineHasTheFieldsOfTheDocument() throws Exception {
    LoggerContext context = shippedConfiguration();
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      Exchange exchange = new DefaultExchange(camel);
      exchange.setProperty(
          Guards.PRINCIPAL,
          new Principal(
              new Grant("orch-mall-a-001", Role.ORCHESTRATOR, "mall-a-uuid"), Instant.MAX, "j"));
      exchange
          .getMessage()
          .setHeader("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
      new ProtocolLog(context.getLogger("protocol"), null, null)
          .record(exchange, "stream_opened", "listens");
    }
    context.stop();

    JsonNode line = lines(directory.resolve("orchestrator.json")).get(0);
    assertThat(Instant.parse(line.path("timestamp").asText())).isBefore(Instant.now());
    assertThat(line.path("level").asText()).isEqualTo("INFO");
    assertThat(line.path("component").asText()).isEqualTo("orchestrator");
    assertThat(line.path("entity_id").asText()).isEqualTo("mall-a-uuid");
    assertThat(line.path("orchestrator_id").asText()).isEqualTo("orch-mall-a-001");
    assertThat(line.path("event").asText()).isEqualTo("stream_opened");
    assertThat(line.path("duration_ms").isNumber()).isTrue();
    assertThat(line.path("trace_id").asText()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
  }

  @Test
  void anActOfAPersonSaysWhoDidItToWhatAndNamesNoOrchestrator() throws Exception {
    LoggerContext context = shippedConfiguration();
    ProtocolLog log = new ProtocolLog(context.getLogger("protocol"), null, null);
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      for (Role role : List.of(Role.OPERATOR, Role.ADMIN, Role.ORCHESTRATOR, Role.BEACON)) {
        Exchange exchange = new DefaultExchange(camel);
        exchange.setProperty(
            Guards.PRINCIPAL,
            new Principal(new Grant("jo", role, "mall-a-uuid"), Instant.MAX, "j"));
        log.record(exchange, "beacon_approved", "an operator lets a beacon in", "beacon-7");
      }
    }
    context.stop();

    assertThat(lines(directory.resolve("orchestrator.json")))
        .extracting(
            line -> line.path("by").asText(),
            line -> line.path("orchestrator_id").asText(),
            line -> line.path("target").asText())
        .containsExactly(
            tuple("jo", "", "beacon-7"),
            tuple("jo", "", "beacon-7"),
            tuple("", "jo", "beacon-7"),
            tuple("", "", "beacon-7"));
  }

  @Test
  void whatAStepHasSaidIsTheTargetWhereTheFlowSaysNone() throws Exception {
    LoggerContext context = shippedConfiguration();
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      Exchange exchange = new DefaultExchange(camel);
      ProtocolLog.target(exchange, "areas/7");
      new ProtocolLog(context.getLogger("protocol"), null, null)
          .record(exchange, "item_created", "a document was created");
    }
    context.stop();

    JsonNode line = lines(directory.resolve("orchestrator.json")).get(0);
    assertThat(line.path("target").asText()).isEqualTo("areas/7");
  }

  @Test
  void fatalIsALevelOfItsOwn() throws Exception {
    LoggerContext context = shippedConfiguration();
    Logger logger = context.getLogger("start");
    logger.error(ProtocolLog.FATAL, "cannot start");
    logger.error("went wrong");
    logger.warn("recovered");
    String statuses = context.getStatusManager().getCopyOfStatusList().toString();
    context.stop();

    assertThat(statuses).doesNotContain("ERROR in");
    assertThat(lines(directory.resolve("orchestrator.json")))
        .extracting(line -> line.path("level").asText())
        .containsExactly("FATAL", "ERROR", "WARN");
  }
}

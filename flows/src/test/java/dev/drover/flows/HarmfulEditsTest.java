package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.flows.check.RouteCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Edits of this repository's flows that once passed the gate. */
class HarmfulEditsTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static RouteCheck check;

  @TempDir Path routes;

  @BeforeAll
  static void prepare() {
    check = new RouteCheck();
  }

  private List<Finding> after(String file, String old, String written) throws IOException {
    try (Stream<Path> paths = Files.walk(HOME.resolve("routes"))) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        Path target = routes.resolve(HOME.resolve("routes").relativize(path).toString());
        Files.createDirectories(target.getParent());
        Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Path edited = routes.resolve(file);
    String text = Files.exists(edited) ? Files.readString(edited) : "";
    assertThat(text).as("what is edited").contains(old);
    Files.writeString(
        edited,
        old.isEmpty()
            ? written
            : text.replaceFirst(Pattern.quote(old), Matcher.quoteReplacement(written)));
    return check.check(HOME, routes, HOME.resolve("kamelets")).stream()
        .filter(finding -> finding.file().endsWith(file.substring(file.indexOf('/') + 1)))
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          central/15-beacons.camel.yaml | method: checkEntity | method: chekEntity | did you mean checkEntity
          central/06-event-relay.camel.yaml | uri: kafka:{{drover.events.topic}} | uri: slack:general | 'slack' is not on the class path of central
          orchestrator/15-uplink.camel.yaml | DroverUplinkBroken | DroverUplinkBrocken | did you mean DroverUplinkBroken
          central/06-event-relay.camel.yaml | requestRequiredAcks: all | requestRequiredAcks: "0" | write requestRequiredAcks: "all"
          shared/00-errors.camel.yaml | handled: | continued: | goes on as if the step that failed had worked
          orchestrator/15-uplink.camel.yaml | ref: uplinkDoor | ref: uplinkDor | no bean 'uplinkDor'
          central/07-event-fanout.camel.yaml | uri: sse:events | uri: http:stranger | inside the fan-out
          orchestrator/15-uplink.camel.yaml | ${routeId}: ${exception.message} | ${body.class.classLoader} | reaches classes
          orchestrator/15-uplink.camel.yaml | ${routeId}: ${exception.message} | ${type:java.lang.System.out} | reaches classes
          central/05-entity-data.camel.yaml | uri: direct:createEntity | uri: platform-http:/api/hidden | opens a path that no contract names
          central/05-entity-data.camel.yaml | == 'readItem' | == 'redItem' | no operation 'redItem' is answered by this flow
          central/05-entity-data.camel.yaml | ${variable.operation} == 'readItem' | ${header.x} == 'y' | no branch of entity-data-read is for the operation 'readItem'
          orchestrator/15-uplink.camel.yaml | uri: direct:uplink-conclude | uri: exec:rm | runs programs
          orchestrator/03-event-handlers.camel.yaml | redeliveryDelay: "{{drover.events.retry-delay}}" | redeliveryDelay: "soon" | redeliveryDelay
          orchestrator/15-uplink-kafka.camel.yaml | autoCommitEnable: false | autoCommitEnable: true | write autoCommitEnable: "false"
          orchestrator/15-uplink-kafka.camel.yaml | breakOnFirstError: true | breakOnFirstError: false | write breakOnFirstError: "true"
          orchestrator/12-entity-reads.camel.yaml | expression: "{{drover.entity-id}}" | expression: mall-b | expression of 'this-mall' is 'mall-b'
          orchestrator/15-uplink.camel.yaml | doWhile: true | doWile: true | does not fit
          orchestrator/05-operations.camel.yaml | constant: | jsonpath: | language 'jsonpath'; write simple or jq
          simulator/01-operator-changes.camel.yaml | httpMethod: GET | httpMetod: GET | did you mean httpMethod
          central/07-event-fanout.camel.yaml | delay: "{{drover.events.ping-interval}}" | dealy: "30s" | did you mean delay
          orchestrator/15-uplink.camel.yaml | uri: direct:uplink-conclude | uri: controlbus:route | starts and stops other routes
          """)
  void d4AndD12AreRefused(String file, String old, String written, String said) throws IOException {
    assertThat(after(file, old, written))
        .extracting(Finding::message)
        .anyMatch(m -> m.contains(said));
  }

  @Test
  void c9ADeletedGuardIsRefused() throws IOException {
    String guard =
        """
                - to:
                    id: authorise
                    description: Check the caller's role and entity
                    uri: kamelet:authorise-action
                    parameters:
                      roles: orchestrator
        """;
    assertThat(after("central/15-beacons.camel.yaml", guard, ""))
        .extracting(Finding::message)
        .anyMatch(m -> m.contains("no step does kamelet:authorise-action"));
  }

  @ParameterizedTest
  @CsvSource({"just a text", "a: map", "''"})
  void d12AFileThatIsNoListOfFlowsHasOneFinding(String text) throws IOException {
    assertThat(after("central/99-odd.camel.yaml", "", text + "\n")).hasSize(1);
  }

  @Test
  void d5AWebhookThatTakesHeadersAlongIsRefused() throws IOException {
    String answer = "        - setHeader:\n            id: answer-json\n";
    String hook =
        "        - to:\n            id: tell\n            description: A stranger\n            uri: http:stranger\n";
    assertThat(after("central/15-beacons.camel.yaml", answer, hook + answer))
        .extracting(Finding::message)
        .anyMatch(m -> m.contains("takes every header along"));
  }

  @Test
  void d5HeadersAreStrippedAgainBehindWhatMayHaveSetAToken() throws IOException {
    String last =
        "              - bean:\n                  id: log-heartbeat-sent\n"
            + "                  description: Log the protocol's line\n"
            + "                  ref: protocolLog\n";
    String strip =
        "              - removeHeaders:\n                  id: strip\n                  pattern: \"*\"\n";
    String say =
        "              - setBody:\n                  id: say\n                  expression:\n"
            + "                    constant:\n                      expression: well\n";
    String hook =
        "              - to:\n                  id: tell\n                  description: Ours\n"
            + "                  uri: http:ours\n";
    String file = "orchestrator/04-heartbeat.camel.yaml";
    assertThat(after(file, last, say + hook + last))
        .extracting(Finding::message)
        .anyMatch(m -> m.contains("takes every header along"));
    assertThat(after(file, last, strip + say + hook + last)).isEmpty();
  }
}

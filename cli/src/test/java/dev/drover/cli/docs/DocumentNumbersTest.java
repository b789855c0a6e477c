package dev.drover.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The numbers of the source documents are the shipped defaults, by the id of their requirement.
 * SettingsTableTest ties the settings page to the same files; this ties them to the documents.
 */
class DocumentNumbersTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));

  @ParameterizedTest(name = "{0}: {1} {2} is {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "NP-REG-09, NP-RAT-01 | central      | limits.register              | 1/24h",
        "NP-CON-07, NG-SRV-05 | central      | events.ping-interval         | 30s",
        "NP-HBT-03            | central      | heartbeat.interval           | 60s",
        "NP-HBT-03            | orchestrator | heartbeat.interval           | 60s",
        "NP-HBT-04            | central      | heartbeat.missed             | 5",
        // one of 60 s, less a tenth for jitter
        "NP-RAT-02            | central      | limits.heartbeat             | 1/54s",
        "NP-RAT-03            | central      | limits.sync-delta            | 10/1m",
        "NP-RAT-03            | orchestrator | sync.deltas-per-minute       | 10",
        "NP-RAT-06            | central      | limits.beacons               | 1000/1m",
        "NP-SEC-02            | central      | token.lifetime               | 7d",
        "NP-SEC-06            | orchestrator | limits.beacon-requests       | 10/1m",
        "NP-CON-03, NP-CON-06 | orchestrator | events.backoff               | 5s,10s,20s,40s,60s",
        "NP-CON-03            | orchestrator | events.jitter                | 0",
        "NP-CON-08            | orchestrator | events.watchdog              | 90s",
        "NP-SYF-06            | orchestrator | sync.full-after              | 24h",
        // central forgets events, and so who was silent for longer, after this
        "NP-REC-01            | central      | events.retention             | 24h",
        "NP-RTY-02, NP-RTY-03 | orchestrator | central.read-retries         | 0s,1s,2s,4s,8s,16s",
        "NP-OFF-06            | orchestrator | uplink.batch-size            | 100",
        "NP-RTY-06            | orchestrator | uplink.retry-delay           | 1000",
        "NP-BCH-03            | orchestrator | beacons.heartbeat-interval   | 1h",
        "NP-BCH-03            | central      | beacons.heartbeat-interval   | 1h",
      })
  void theShippedDefaultIsTheDocumentsNumber(
      String requirement, String module, String setting, String number) throws IOException {
    Object value = yaml(module);
    for (String name : ("drover." + setting).split("\\.")) {
      value = ((Map<?, ?>) value).get(name);
    }
    assertThat(String.valueOf(value)).as(requirement).isEqualTo(number);
  }

  private static Map<?, ?> yaml(String module) throws IOException {
    Path file = HOME.resolve(module).resolve("src/main/resources/application.yaml");
    Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
    return (Map<?, ?>) yaml.loadAll(Files.readString(file)).iterator().next();
  }
}

package dev.drover.engine.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each setting is read once, at the start, by one reader for both processes. */
class SettingsCheckTest {
  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("spring.profiles.active", "${DROVER_PROFILE:dev}"),
          Map.entry("drover.bind", "${DROVER_BIND:127.0.0.1}"),
          Map.entry("drover.grpc-port", "${DROVER_GRPC_PORT:50051}"),
          Map.entry("drover.mqtt.port", "${DROVER_MQTT_PORT:1883}"),
          Map.entry("drover.mqtt.url", "${MQTT_URL:}"),
          Map.entry("drover.queue", "mqtt"),
          Map.entry("drover.entity-id", "${ENTITY_ID:}"),
          Map.entry("drover.central.url", "${CENTRAL_SERVER_URL:http://127.0.0.1:3000}"),
          Map.entry("drover.limits.beacons", "1000/1m"),
          Map.entry("drover.heartbeat.interval", "60s"),
          Map.entry("drover.sync.debounce", "200ms"),
          Map.entry("drover.events.backoff", "5s,10s"),
          Map.entry("drover.uplink.batch-size", "100"),
          Map.entry("drover.uplink.period", "1000"),
          Map.entry("drover.registration.reissue-on-restart", "true"),
          Map.entry("drover.tls.certificate", "${DROVER_TLS_CERTIFICATE:}"),
          Map.entry("drover.tls.key", "${DROVER_TLS_KEY:}"));

  private static SettingsCheck check(Map<String, String> values) {
    return new SettingsCheck("orchestrator", DEFAULTS, values::get);
  }

  @Test
  void whatIsMissingIsToldTogetherWithWhatIsWrong() {
    StartRefused refused =
        catchThrowableOfType(
            StartRefused.class,
            () ->
                check(Map.of("drover.queue", "rabbit"))
                    .require("drover.entity-id", "drover.orchestrator-id")
                    .run());

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused)
        .hasMessageContaining("ENTITY_ID (drover.entity-id) is not set")
        .hasMessageContaining("drover.orchestrator-id")
        .hasMessageContaining("rabbit");
    check(Map.of("drover.entity-id", "mall-a", "drover.orchestrator-id", "orch-1"))
        .require("drover.entity-id", "drover.orchestrator-id")
        .run();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spring.profiles.active | staging | DROVER_PROFILE | one of dev, production",
        "drover.queue | rabbit | DROVER_QUEUE | one of mqtt, kafka",
        "drover.entity-id | a b/c | ENTITY_ID | 1 to 128",
        "drover.grpc-port | 70000 | DROVER_GRPC_PORT | from 1 to 65535",
        "drover.mqtt.port | -1 | DROVER_MQTT_PORT | from 1 to 65535",
        "drover.mqtt.port | x | DROVER_MQTT_PORT | from 1 to 65535",
        "drover.bind | 300.1.1.1 | DROVER_BIND | an IP address",
        "drover.bind | 1.2.3 | DROVER_BIND | an IP address",
        "drover.mqtt.url | no url | MQTT_URL | tcp://host:port",
        "drover.central.url | nonsense | CENTRAL_SERVER_URL | http://host:port",
        "drover.central.url | ftp://x | CENTRAL_SERVER_URL | http://host:port",
        "drover.limits.beacons | 1000000/1m | DROVER_LIMITS_BEACONS | 999999",
        "drover.limits.beacons | 10 | DROVER_LIMITS_BEACONS | 10/1m",
        "drover.limits.beacons | 10/0m | DROVER_LIMITS_BEACONS | 10/1m",
        "drover.heartbeat.interval | 0s | DROVER_HEARTBEAT_INTERVAL | more than 0",
        "drover.heartbeat.interval | soon | DROVER_HEARTBEAT_INTERVAL | 90s",
        "drover.heartbeat.interval | 99999999d | DROVER_HEARTBEAT_INTERVAL | 3650d",
        "drover.heartbeat.interval | -5s | DROVER_HEARTBEAT_INTERVAL | 90s",
        "drover.events.backoff | 5s,,9 h | DROVER_EVENTS_BACKOFF | a list",
        "drover.uplink.batch-size | 101 | DROVER_UPLINK_BATCH_SIZE | from 1 to 100",
        "drover.uplink.period | 0 | DROVER_UPLINK_PERIOD | 1 or more",
        "drover.uplink.period | 99999999999999999999 | DROVER_UPLINK_PERIOD | whole number",
        "drover.registration.reissue-on-restart | yes | DROVER_REGISTRATION_REISSUE | true, false",
        "drover.tls.certificate | /absent.pem | DROVER_TLS_CERTIFICATE | a file",
      })
  void d10AWrongValueEndsTheStartWithItsSettingItsValueAndWhatIsAllowed(
      String name, String value, String variable, String allowed) {
    StartRefused refused =
        catchThrowableOfType(StartRefused.class, () -> check(Map.of(name, value)).run());

    assertThat(refused).isNotNull();
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused)
        .hasMessageContaining(variable)
        .hasMessageContaining("(" + name + ") is \"" + value + "\"")
        .hasMessageContaining(allowed);
  }

  @Test
  void d10AllWrongSettingsAreToldTogetherAndSecretsAreNot() {
    StartRefused refused =
        catchThrowableOfType(
            StartRefused.class,
            () ->
                check(
                        Map.of(
                            "drover.queue", "rabbit",
                            "drover.mqtt.url", "amqp://me:secret@host:1"))
                    .run());

    assertThat(refused)
        .hasMessageContaining("DROVER_QUEUE")
        .hasMessageContaining("MQTT_URL")
        .hasMessageNotContaining("secret");
  }

  @Test
  void d10DefaultsAndOtherRightValuesPass() {
    Map<String, String> right = new HashMap<>();
    right.put("spring.profiles.active", "production");
    right.put("drover.bind", "0.0.0.0");
    right.put("drover.grpc-port", "0");
    right.put("drover.entity-id", "mall:a_1.b-2");
    right.put("drover.limits.beacons", "999999/1d");
    right.put("drover.heartbeat.interval", "1500");
    right.put("drover.sync.debounce", "0ms");
    right.put("drover.events.backoff", "100ms, 2s");
    right.put("drover.mqtt.url", "tcp://name:password@mqtt_host:1883");
    assertThatCode(() -> check(right).run()).doesNotThrowAnyException();
    assertThatCode(() -> check(Map.of()).run()).doesNotThrowAnyException();
  }

  @Test
  void d10ACertificateWithoutItsKeyIsRefused() throws Exception {
    String file = System.getProperty("java.home") + "/release";
    StartRefused refused =
        catchThrowableOfType(
            StartRefused.class, () -> check(Map.of("drover.tls.certificate", file)).run());
    assertThat(refused).hasMessageContaining("DROVER_TLS_KEY (drover.tls.key) go together");
  }

  @Test
  void d10UnknownNamesAreOneSentenceWithTheNearestName() {
    SettingsCheck check = check(Map.of());
    assertThat(
            check.unknown(
                Set.of(
                    "DROVER_QUEU",
                    "DROVER_NOTHING_OF_OURS",
                    "DROVER_GRPC_PORT",
                    "DROVER_HEARTBEAT_INTERVAL",
                    "DROVER_KEY_MALL_STORE",
                    "DROVER_LINE_PORT",
                    "drover.sync.debounze",
                    "drover.events.backoff[0]",
                    "drover.grpcPort",
                    "PATH"),
                Map.of("drover.simulator.line-port", "${DROVER_LINE_PORT:8182}")))
        .hasValue(
            "Nothing reads these settings: DROVER_NOTHING_OF_OURS, DROVER_QUEU"
                + " (did you mean DROVER_QUEUE?), drover.sync.debounze"
                + " (did you mean drover.sync.debounce?)");
    assertThat(check.unknown(Set.of("DROVER_QUEUE", "HOME"), Map.of())).isEmpty();
  }
}

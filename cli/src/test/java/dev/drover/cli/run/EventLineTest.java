package dev.drover.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class EventLineTest {
  private final EventLine plain = new EventLine(ZoneOffset.UTC, false);

  @Test
  void showsTimeComponentEntityEventAndWhatElseThereIs() {
    String line =
        "{\"timestamp\":\"2025-01-08T11:00:00.250Z\",\"level\":\"INFO\","
            + "\"component\":\"orchestrator\",\"entity_id\":\"mall-a-uuid\","
            + "\"orchestrator_id\":\"o\",\"event\":\"data_sync_completed\",\"duration_ms\":1500,"
            + "\"thread_name\":\"main\",\"trace_id\":\"t\",\"gone\":null,\"areas\":[1,2]}";

    assertThat(plain.event("central", line))
        .contains(
            "11:00:00.250 orchestrator mall-a-uuid  data_sync_completed  duration_ms=1500"
                + "  areas=[1,2]");
  }

  @Test
  void linesWithoutEventAreNoEvents() {
    assertThat(plain.event("central", "{\"message\":\"started\"}")).isEmpty();
    assertThat(plain.event("central", "{\"event\":null}")).isEmpty();
    assertThat(plain.event("central", "java.lang.Error: no JSON")).isEmpty();
    assertThat(plain.event("central", "")).isEmpty();
  }

  @Test
  void whatComesSeveralTimesASecondIsInTheLogOnly() {
    String line = "{\"event\":\"uploads_received\",\"message\":\"a batch of a queue\"}";

    assertThat(plain.event("central", line)).isEmpty();
    assertThat(plain.any("central", line)).contains("uploads_received  a batch of a queue");
  }

  @Test
  void anyLineStaysReadable() {
    assertThat(plain.any("central", "no JSON")).isEqualTo("no JSON");
    assertThat(
            plain.any(
                "central",
                "{\"@timestamp\":\"2025-01-08T11:00:00Z\",\"level\":\"WARN\",\"message\":\"a\\nb\"}"))
        .isEqualTo("11:00:00.000 central      -            WARN a b");
  }

  @Test
  void usesTheZoneAndColoursOfTheTerminal() {
    EventLine coloured = new EventLine(ZoneId.of("Asia/Shanghai"), true);

    assertThat(
            coloured.event(
                "central", "{\"timestamp\":\"2025-01-08T11:00:00Z\",\"event\":\"ping\"}"))
        .hasValueSatisfying(
            text -> assertThat(text).contains("19:00:00.000", "\u001b[1mping\u001b[0m"));
  }

  @Test
  void cutsWhatIsTooLongAndKeepsAnUnreadableTime() {
    String text =
        plain
            .event(
                "x", "{\"timestamp\":\"soon\",\"event\":\"e\",\"v\":\"" + "a".repeat(500) + "\"}")
            .orElseThrow();

    assertThat(text).startsWith("soon ").endsWith("…").hasSizeLessThan(200);
  }

  @Test
  void aWarningIsShownWhole() {
    String message = "w".repeat(500) + " what to do";
    String line =
        "{\"level\":\"WARN\",\"event\":\"problem_began\",\"message\":\"" + message + "\"}";

    assertThat(plain.any("central", line)).endsWith(message);
    assertThat(plain.any("central", line.replace("WARN", "INFO"))).endsWith("…");
  }
}

package dev.drover.flows.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlowHistoryTest {
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
  @TempDir Path directory;

  @Test
  void whatWasWrittenIsReadAgain() {
    FlowHistory history = filled();
    FlowHistory again = new FlowHistory(directory);
    assertThat(again.versions()).isEqualTo(history.versions()).hasSize(3);
    assertThat(again.inForce(1)).isEqualTo(Map.of("a", "one", "b", "two"));
    assertThat(again.inForce(2)).isEqualTo(Map.of("a", "three", "b", "two"));
    assertThat(again.inForce(3)).isEqualTo(Map.of("a", "three"));
  }

  @Test
  void aLineThatAKillCutWasNeverWritten() throws IOException {
    filled();
    Path file = directory.resolve("history.jsonl");
    byte[] whole = Files.readAllBytes(file);
    int second = new String(whole).indexOf('\n', new String(whole).indexOf('\n') + 1) + 1;
    for (int length = second; length < whole.length; length += 7) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      FlowHistory history = new FlowHistory(directory);
      assertThat(history.newest()).isEqualTo(2);
      assertThat(history.add(NOW, "x", "", Map.of("a", "four")).number()).isEqualTo(3);
      assertThat(new FlowHistory(directory).inForce(3)).containsEntry("a", "four");
    }
  }

  @Test
  void aChangedLineIsSeen() throws IOException {
    filled();
    Path file = directory.resolve("history.jsonl");
    String text = Files.readString(file);
    Files.writeString(file, text.replaceFirst("ops-1", "ops-9"));
    assertThatThrownBy(() -> new FlowHistory(directory))
        .isInstanceOf(FlowHistory.DamagedHistory.class)
        .hasMessageContaining("line 2");
    Files.writeString(file, text.substring(text.indexOf('\n') + 1));
    assertThatThrownBy(() -> new FlowHistory(directory)).hasMessageContaining("line 1");
  }

  private FlowHistory filled() {
    FlowHistory history = new FlowHistory(directory);
    history.add(NOW, "ops-1", "first", Map.of("a", "one", "b", "two"));
    history.add(NOW, "ops-2", "", Map.of("a", "three"));
    Map<String, String> gone = new HashMap<>();
    gone.put("b", null);
    history.add(NOW, "ops-3", "", gone);
    return history;
  }
}

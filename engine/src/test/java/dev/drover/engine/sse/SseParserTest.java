package dev.drover.engine.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The parser against the rules of the standard, under any division into chunks. */
class SseParserTest {

  private static List<SseEvent> parse(String text) {
    return new SseParser(1000).feed(text.getBytes(StandardCharsets.UTF_8));
  }

  @Property(tries = 500)
  void anyChunkingGivesTheSameEvents(@ForAll("streams") String text, @ForAll List<Integer> cuts) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    List<SseEvent> whole = new SseParser(100_000).feed(bytes);
    SseParser parser = new SseParser(100_000);
    List<SseEvent> parts = new ArrayList<>();
    int at = 0;
    for (int cut : cuts) {
      int end = Math.min(bytes.length, at + Math.floorMod(cut, 7));
      parts.addAll(parser.feed(Arrays.copyOfRange(bytes, at, end)));
      at = end;
    }
    parts.addAll(parser.feed(Arrays.copyOfRange(bytes, at, bytes.length)));
    assertThat(parts).isEqualTo(whole);
  }

  @Provide
  Arbitrary<String> streams() {
    return Arbitraries.of(
            "\n",
            "\r",
            "\r\n",
            "\uFEFF",
            "data: a",
            "data:",
            "data",
            "id: 7",
            "id",
            "event: e",
            ": note",
            "retry: 10",
            "data: ü€😀",
            "x: y",
            ":",
            " ",
            "id: a\0b")
        .list()
        .ofMaxSize(40)
        .map(parts -> String.join("", parts));
  }

  @Example
  void readsAllLineEndsAndTheByteOrderMark() {
    List<SseEvent> expected = List.of(new SseEvent("1", "e", "a\nb"));
    for (String end : List.of("\n", "\r", "\r\n")) {
      String text = "\uFEFFevent: e\nid:1\ndata:a\ndata: b\n\n".replace("\n", end);
      assertThat(parse(text)).as(end).isEqualTo(expected);
    }
  }

  @Example
  void keepsTheLastIdAndIgnoresOneWithNul() {
    assertThat(parse("id: 1\ndata: x\n\nid: 2\0\ndata: y\n\nid\ndata: z\n\n"))
        .extracting(SseEvent::id)
        .containsExactly("1", "1", "");
  }

  @Example
  void dispatchesOnlyCompleteEventsWithData() {
    assertThat(parse(": note\n\nevent: none\n\ndata\n\ndata: cut"))
        .containsExactly(new SseEvent("", "message", ""));
  }

  @Example
  void readsRetryInDigitsOnly() {
    SseParser parser = new SseParser(100);
    parser.feed("retry: 5x\n".getBytes(StandardCharsets.UTF_8));
    assertThat(parser.retryMillis()).isEmpty();
    parser.feed("retry: 5123\n".getBytes(StandardCharsets.UTF_8));
    assertThat(parser.retryMillis()).hasValue(5123);
  }

  @Example
  void refusesEventsBeyondTheLimit() {
    String line = "data: " + "x".repeat(600) + "\n";
    assertThatThrownBy(() -> parse(line + line)).isInstanceOf(IllegalStateException.class);
  }
}

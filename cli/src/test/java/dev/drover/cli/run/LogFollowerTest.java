package dev.drover.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFollowerTest {
  @TempDir Path directory;
  private final List<String> lines = new ArrayList<>();

  @Test
  void readsWholeLinesOnlyAlsoWhenALetterIsCut() throws IOException {
    Path file = directory.resolve("log");
    LogFollower follower = new LogFollower(file, 0, lines::add);
    follower.poll();
    byte[] text = "one\ntwo é".getBytes(StandardCharsets.UTF_8);
    append(file, Arrays.copyOf(text, text.length - 1));
    follower.poll();
    assertThat(lines).containsExactly("one");

    append(file, new byte[] {text[text.length - 1], '\n'});
    follower.poll();
    assertThat(lines).containsExactly("one", "two é");
  }

  @Test
  void beginsAtThePositionAndAnewAfterRotation() throws IOException {
    Path file = Files.writeString(directory.resolve("log"), "old\n");
    LogFollower follower = new LogFollower(file, 4, lines::add);
    append(file, "new\n".getBytes());
    follower.poll();
    Files.move(file, directory.resolve("log.1"));
    Files.writeString(file, "rotated line that is longer than the old file\n");
    follower.poll();
    Files.writeString(file, "cut\n", StandardOpenOption.TRUNCATE_EXISTING);
    follower.poll();

    assertThat(lines)
        .containsExactly("new", "rotated line that is longer than the old file", "cut");
  }

  @Test
  void lastLinesAreTheLastOnes() throws IOException {
    Path file = directory.resolve("log");
    assertThat(LastLines.of(file, 3)).isEmpty();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      text.append("line ").append(i).append('\n');
    }
    Files.writeString(file, text);

    assertThat(LastLines.of(file, 2)).containsExactly("line 4998", "line 4999");
    assertThat(LastLines.of(file, 10_000)).hasSize(5000);
  }

  private static void append(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}

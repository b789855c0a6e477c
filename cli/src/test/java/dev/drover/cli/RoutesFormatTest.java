package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drover routes format}: what it changes, and what it says. */
class RoutesFormatTest {
  private static final String THEIRS =
      """
      # what an editor has kept
      - to:
          id: call # and this
          uri: direct
          parameters:
            name: call-central
      """;

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int format(Path file) {
    out.getBuffer().setLength(0);
    return Drover.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute("routes", "format", file.toString());
  }

  @Test
  void d6EachUriIsPutInOnePieceOnce() throws IOException {
    Path file = Files.writeString(directory.resolve("01-x.camel.yaml"), THEIRS);
    assertThat(format(file)).isZero();
    assertThat(out.toString().strip()).isEqualTo("formatted " + file);
    assertThat(file)
        .hasContent(
            """
            # what an editor has kept
            - to:
                id: call # and this
                uri: direct:call-central
            """);
    assertThat(format(file)).isZero();
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void whatIsNoYamlStaysAsItIs() throws IOException {
    String broken = "- to: {uri: direct\n  x: [";
    Path file = Files.writeString(directory.resolve("02-x.camel.yaml"), broken);
    assertThat(format(file)).isEqualTo(1);
    assertThat(err.toString()).contains("02-x.camel.yaml is no YAML");
    assertThat(file).content().isEqualTo(broken);
    assertThat(format(directory.resolve("03-x.camel.yaml"))).isEqualTo(2);
    assertThat(err.toString()).contains("cannot be read");
  }
}

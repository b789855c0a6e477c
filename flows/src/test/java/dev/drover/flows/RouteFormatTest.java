package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.flows.check.RouteCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** D6: a file that a graphical editor has written is taken by the gate, and comes back as ours. */
class RouteFormatTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static final Pattern WHOLE =
      Pattern.compile("( *)uri: \"?(direct|scheduler|outbox|kafka):([^\"]+)\"?");

  @TempDir Path routes;

  /** As Kaoto writes them: the component in the uri, its name among the parameters. */
  private static List<String> asAnEditorWrites(List<String> lines) {
    List<String> split = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher whole = WHOLE.matcher(lines.get(i));
      if (!whole.matches()) {
        split.add(lines.get(i));
        continue;
      }
      String indent = whole.group(1);
      String name = whole.group(2).equals("kafka") ? "topic" : "name";
      split.add(indent + "uri: " + whole.group(2));
      split.add(indent + "parameters:");
      split.add(indent + "  " + name + ": \"" + whole.group(3) + "\"");
      if (i + 1 < lines.size() && lines.get(i + 1).equals(indent + "parameters:")) {
        i++;
      }
    }
    return split;
  }

  @Test
  void d6TheGateTakesWhatAnEditorWritesAndFormatMakesItOurs() throws IOException {
    int edited = 0;
    try (Stream<Path> paths = Files.walk(HOME.resolve("routes"))) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        Path copy = routes.resolve(HOME.resolve("routes").relativize(path).toString());
        Files.createDirectories(copy.getParent());
        String ours = Files.readString(path);
        if (!path.toString().endsWith(".yaml")) {
          Files.writeString(copy, ours);
          continue;
        }
        String theirs = String.join("\n", asAnEditorWrites(ours.lines().toList())) + "\n";
        Files.writeString(copy, theirs);
        edited += theirs.equals(ours) ? 0 : 1;
        assertThat(RouteFormat.format(theirs)).as(path.toString()).isEqualTo(ours);
        assertThat(RouteFormat.format(ours)).as("ours stays").isEqualTo(ours);
      }
    }
    assertThat(edited).isGreaterThan(30);
    assertThat(new RouteCheck().check(HOME, routes, HOME.resolve("kamelets")))
        .as("the size of a file is not what an editor decides")
        .filteredOn(finding -> !finding.message().contains("lines"))
        .isEmpty();
  }
}

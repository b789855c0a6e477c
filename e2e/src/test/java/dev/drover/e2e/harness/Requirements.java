package dev.drover.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rows of docs/reference/requirements.md. */
public final class Requirements {
  private static final Pattern ITEM =
      Pattern.compile("- \\[([ x])] \\*\\*([A-Z]+-[A-Z0-9]+-\\d+)\\*\\* (.*)");
  private static final Pattern SHOWN = Pattern.compile("(.*) Shown by (`[^`]+`(?:, `[^`]+`)*)\\.");
  private static final Pattern TEST = Pattern.compile("`(\\w+Test)#(\\w+)`");

  /**
   * One row.
   *
   * @param tests what it names as {@code Class#method}, in order
   * @param odd what it names after "Shown by" that is no method of a test
   */
  public record Row(String id, boolean ticked, List<String> tests, List<String> odd) {}

  private Requirements() {}

  /** All rows, in the order of the page. */
  public static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    try {
      for (String line :
          Files.readAllLines(JavaProcess.HOME.resolve("docs/reference/requirements.md"))) {
        Matcher item = ITEM.matcher(line);
        if (item.matches()) {
          rows.add(row(item.group(2), item.group(1).equals("x"), item.group(3)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  private static Row row(String id, boolean ticked, String text) {
    List<String> tests = new ArrayList<>();
    List<String> odd = new ArrayList<>();
    Matcher shown = SHOWN.matcher(text);
    if (shown.matches()) {
      for (String name : shown.group(2).split(", ")) {
        Matcher test = TEST.matcher(name);
        if (test.matches()) {
          tests.add(test.group(1) + "#" + test.group(2));
        } else {
          odd.add(name);
        }
      }
    } else if (text.contains("Shown by")) {
      odd.add(text.substring(text.indexOf("Shown by")));
    }
    return new Row(id, ticked, tests, odd);
  }
}

package dev.drover.e2e.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** What the reports of the test runs say, of one module or of several. */
public final class TestReports {
  /** A run of a method under several names, as of a parameterised test, is one outcome. */
  public enum Outcome {
    PASSED,
    SKIPPED,
    FAILED
  }

  private final Map<String, Outcome> outcomes = new HashMap<>();
  private final Instant since;

  /**
   * Reports that were written before the build began do not count.
   *
   * @param since the beginning of the build
   */
  public TestReports(Instant since) {
    this.since = since;
  }

  /**
   * Reads a module's reports.
   *
   * @param directory {@code target/surefire-reports}
   * @return how many of them are of this build
   */
  public int read(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return 0;
    }
    int count = 0;
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> reports =
          files.filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml")).toList();
      for (Path report : reports) {
        if (!Files.getLastModifiedTime(report).toInstant().isBefore(since)) {
          add(report);
          count++;
        }
      }
    }
    return count;
  }

  /** What became of {@code Class#method}; absent when it did not run. */
  public Outcome of(String test) {
    return outcomes.get(test);
  }

  private void add(Path report) throws IOException {
    NodeList cases = document(report).getElementsByTagName("testcase");
    for (int i = 0; i < cases.getLength(); i++) {
      Element one = (Element) cases.item(i);
      String type = one.getAttribute("classname");
      // What follows a parameter list or an index is the invocation's own.
      String method = one.getAttribute("name").split("[(\\[{]", 2)[0].strip();
      String test = type.substring(type.lastIndexOf('.') + 1) + "#" + method;
      outcomes.merge(test, outcome(one), TestReports::worse);
    }
  }

  /** One invocation that passed shows it, one that failed refutes it. */
  private static Outcome worse(Outcome one, Outcome other) {
    if (one == Outcome.FAILED || other == Outcome.FAILED) {
      return Outcome.FAILED;
    }
    return one == Outcome.PASSED ? one : other;
  }

  private static Outcome outcome(Element one) {
    if (one.getElementsByTagName("failure").getLength() > 0
        || one.getElementsByTagName("error").getLength() > 0) {
      return Outcome.FAILED;
    }
    return one.getElementsByTagName("skipped").getLength() > 0 ? Outcome.SKIPPED : Outcome.PASSED;
  }

  private static Document document(Path report) throws IOException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      return factory.newDocumentBuilder().parse(report.toFile());
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException("cannot read " + report, e);
    }
  }
}

package dev.drover.e2e.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A request and what it was answered, without what no two runs have in common (see {@link Masks}).
 *
 * @param name server, operation and what is special: {@code central createItem: an id that is
 *     there}
 * @param request its first line, who asks, and the body
 * @param answer status, headers by name, and the body
 */
record Exchange(String name, String request, String answer) {
  private static final String START = "## ";
  private static final String THEN = "\n->\n";

  /** How it stands in a file. */
  String text() {
    return START + name + "\n" + request + THEN + answer + "\n\n";
  }

  /** Reads a file of recorded exchanges. */
  static Map<String, Exchange> read(String resource) {
    return blocks(resource)
        .map(
            block -> {
              int line = block.indexOf('\n');
              int then = block.indexOf(THEN);
              return new Exchange(
                  block.substring(0, line),
                  block.substring(line + 1, then),
                  block.substring(then + THEN.length()));
            })
        .collect(Collectors.toMap(Exchange::name, e -> e, (a, b) -> a, LinkedHashMap::new));
  }

  /** The parts of a file that begin with {@code ##}, each without it and without its end. */
  static Stream<String> blocks(String resource) {
    String text = load(resource);
    return Pattern.compile("(?m)^" + START)
        .splitAsStream(text)
        .map(String::stripTrailing)
        .filter(block -> !block.isEmpty() && !block.startsWith("# "));
  }

  private static String load(String resource) {
    try (var in = Exchange.class.getResourceAsStream("/replay/" + resource)) {
      return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All of them as one file. */
  static String file(List<Exchange> exchanges) {
    return exchanges.stream().map(Exchange::text).collect(Collectors.joining());
  }
}

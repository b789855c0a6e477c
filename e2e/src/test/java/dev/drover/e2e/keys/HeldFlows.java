package dev.drover.e2e.keys;

import dev.drover.e2e.harness.JavaProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A copy of the flows in which requests whose key begins with {@link Post#HELD} wait at a step, at
 * their first try only. They say so in the log before.
 */
enum HeldFlows {
  /** After the claim of the key, before any effect. */
  AFTER_CLAIM("(?m)^( +)- to:\\n +id: once-per-key\\n(?:\\1  .*\\n)*"),
  /** After every effect, before the answer is stored. */
  BEFORE_ANSWER("(?m)^( +)- to:\\n +id: store-answer\\n");

  private static final String HOLD =
      """
      - filter:
          id: when-held
          expression:
            simple:
              expression: "${header.X-Idempotency-Key} startsWith 'held-' && \
      ${exchangeProperty.DroverOperation.repeated()} == false"
          steps:
            - log:
                id: said
                message: "stands: ${header.X-Idempotency-Key}."
            - delay:
                id: hold
                expression:
                  constant:
                    expression: "%d"
      """;

  private final Pattern step;

  HeldFlows(String step) {
    this.step = Pattern.compile(step);
  }

  /** Copies what central reads, and holds requests here for so long. */
  void copyTo(Path home, Duration hold) throws IOException {
    for (String directory : List.of("routes", "kamelets", "proto/openapi", "proto/schemas")) {
      copy(JavaProcess.HOME.resolve(directory), home.resolve(directory));
    }
    String step = String.format(HOLD, hold.toMillis());
    try (Stream<Path> files = Files.list(home.resolve("routes/central"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".yaml")).toList()) {
        Matcher found = this.step.matcher(Files.readString(file));
        Files.writeString(file, found.replaceAll(at -> Matcher.quoteReplacement(with(at, step))));
      }
    }
  }

  private String with(MatchResult found, String hold) {
    String indented = hold.indent(found.group(1).length());
    return this == AFTER_CLAIM ? found.group() + indented : indented + found.group();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(Files.isDirectory(file) ? target : target.getParent());
        if (Files.isRegularFile(file)) {
          Files.copy(file, target);
        }
      }
    }
  }

  /** How many of these requests stand in a process, by what it has said. */
  static long standing(JavaProcess central, List<Post> posts) throws IOException {
    String said = Files.readString(central.output(), StandardCharsets.ISO_8859_1);
    return posts.stream().filter(post -> said.contains("stands: " + post.key() + ".")).count();
  }
}

package dev.drover.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The heap of a process by its garbage collection log, in MB. */
final class GcLog {
  private static final Pattern PAUSE = Pattern.compile("Pause (\\w+) .*?(\\d+)M->(\\d+)M\\(");

  private final Process process;
  private final Path file;
  private int seen;

  /**
   * What was seen for a time.
   *
   * @param live the most that survived a full collection
   * @param used the most that there was before a collection, garbage with it
   */
  record Peak(long live, long used) {}

  GcLog(Process process, Path file) {
    this.process = process;
    this.file = file;
  }

  /** The option that makes a JVM write such a log. */
  static String option(Path file) {
    return "-Xlog:gc:file=" + file;
  }

  /** What is live now. */
  long live() throws IOException, InterruptedException {
    peak();
    collect();
    return peak().live();
  }

  /** Makes the process collect all garbage. */
  void collect() throws IOException, InterruptedException {
    String jcmd = System.getProperty("java.home") + "/bin/jcmd";
    Process run =
        new ProcessBuilder(jcmd, String.valueOf(process.pid()), "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!run.waitFor(60, TimeUnit.SECONDS) || run.exitValue() != 0) {
      throw new IOException("jcmd GC.run did not succeed");
    }
  }

  /** The peak since the last call. */
  Peak peak() throws IOException {
    List<String> lines = Files.readAllLines(file);
    long live = 0;
    long used = 0;
    for (String line : lines.subList(seen, lines.size())) {
      Matcher pause = PAUSE.matcher(line);
      if (pause.find()) {
        used = Math.max(used, Long.parseLong(pause.group(2)));
        if (pause.group(1).equals("Full")) {
          live = Math.max(live, Long.parseLong(pause.group(3)));
        }
      }
    }
    seen = lines.size();
    return new Peak(live, used);
  }
}

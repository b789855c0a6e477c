package dev.drover.e2e.powercut;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

/**
 * Many cuts of one recording: {@code PowerCutCampaign <store> <cuts> [numbers] [seed] [lies]}. It
 * writes down each cut, so when it is ended it goes on where it was; what a bad one left stays
 * below {@code e2e/target/power-cut}. With {@code lies}, the disk carries out no sync in the second
 * half of the recording: then something must be lost, or the campaign finds nothing at all.
 */
public final class PowerCutCampaign {
  private PowerCutCampaign() {}

  /**
   * Ends with 1 when something was lost or did not start; on a disk that lies, when nothing was.
   */
  public static void main(String[] args) throws Exception {
    String store = args[0];
    int cuts = Integer.parseInt(args[1]);
    int numbers = args.length > 2 ? Integer.parseInt(args[2]) : 250;
    long seed = args.length > 3 ? Long.parseLong(args[3]) : 1;
    boolean lies = args.length > 4 && args[4].equals("lies");
    Path home = PowerCuts.home("long-" + store + (lies ? "-lies" : ""));
    Path results = home.resolve("cuts.tsv");
    if (!PowerCuts.possible()) {
      throw new IllegalStateException(
          "needs Linux and a C compiler: apt-get install gcc libc6-dev");
    }
    PowerCuts all =
        Files.exists(results)
            ? PowerCuts.again(store, home, seed)
            : PowerCuts.record(store, home, numbers, seed);
    for (int i = Files.exists(results) ? lines(results).size() : 0; i < cuts; i++) {
      PowerCuts.Cut cut =
          lies ? all.cut(i, all.calls() / 2, all.calls() / 2) : all.cut(i, Integer.MAX_VALUE, 0);
      String line =
          String.format(
              Locale.ROOT,
              "%d\t%d\t%s\t%d\t%d\t%.2f\t%s%n",
              cut.number(),
              cut.at(),
              cut.fate(),
              cut.acknowledged(),
              cut.lost().size(),
              cut.seconds(),
              cut.failure());
      Files.writeString(results, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      if (!cut.good()) {
        System.out.print(line + cut.lost().stream().limit(5).toList() + "\n");
      }
    }
    List<String[]> rows = lines(results);
    long acknowledged = rows.stream().mapToLong(row -> Long.parseLong(row[3])).sum();
    long lost = rows.stream().mapToLong(row -> Long.parseLong(row[4])).sum();
    long failed = rows.stream().filter(row -> row.length > 6 && !row[6].isBlank()).count();
    double seconds = rows.stream().mapToDouble(row -> Double.parseDouble(row[5])).sum();
    System.out.printf(
        Locale.ROOT,
        "| store | calls | cuts | acknowledged | lost | did not start | seconds |%n"
            + "| %s | %,d | %d | %,d | %d | %d | %.0f |%n",
        store,
        all.calls(),
        rows.size(),
        acknowledged,
        lost,
        failed,
        seconds);
    System.exit(lost + failed > 0 == lies ? 0 : 1);
  }

  private static List<String[]> lines(Path results) throws IOException {
    return Files.readAllLines(results).stream().map(line -> line.split("\t")).toList();
  }
}

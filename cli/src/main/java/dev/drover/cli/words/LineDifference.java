package dev.drover.cli.words;

import java.util.ArrayList;
import java.util.List;

/** What differs between two texts, line by line. */
public final class LineDifference {
  private LineDifference() {}

  /** The lines that only the first has, with {@code -}, and only the second, with {@code +}. */
  public static List<String> of(String before, String after) {
    List<String> old = before.lines().toList();
    List<String> now = after.lines().toList();
    int[][] common = new int[old.size() + 1][now.size() + 1];
    for (int i = old.size() - 1; i >= 0; i--) {
      for (int j = now.size() - 1; j >= 0; j--) {
        common[i][j] =
            old.get(i).equals(now.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    List<String> lines = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < old.size() || j < now.size()) {
      if (i < old.size() && j < now.size() && old.get(i).equals(now.get(j))) {
        i++;
        j++;
      } else if (i < old.size() && (j == now.size() || common[i + 1][j] >= common[i][j + 1])) {
        lines.add("%d: - %s".formatted(i + 1, old.get(i++)));
      } else {
        lines.add("%d: + %s".formatted(j + 1, now.get(j++)));
      }
    }
    return lines;
  }
}

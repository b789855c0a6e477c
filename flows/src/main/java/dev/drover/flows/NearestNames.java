package dev.drover.flows;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import org.apache.camel.catalog.SuggestionStrategy;

/** Suggests the option names that differ from an unknown one by one or two letters. */
public final class NearestNames implements SuggestionStrategy {
  private static final int LETTERS = 2;

  /** Returns "; did you mean …" with the nearest names, or the given advice when none is near. */
  public static String advice(Collection<String> names, String unknown, String otherwise) {
    String[] near = new NearestNames().suggestEndpointOptions(new HashSet<>(names), unknown);
    return near.length == 0 ? "; " + otherwise : "; did you mean " + String.join(" or ", near);
  }

  @Override
  public String[] suggestEndpointOptions(Set<String> names, String unknown) {
    return names.stream()
        .filter(name -> distance(name, unknown) <= LETTERS)
        .sorted(Comparator.comparingInt(name -> distance(name, unknown)))
        .limit(3)
        .toArray(String[]::new);
  }

  /** Returns the Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}

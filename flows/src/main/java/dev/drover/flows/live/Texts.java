package dev.drover.flows.live;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Sets of texts by file name. */
final class Texts {
  private Texts() {}

  /** The texts that differ; null for a file that only the first has. */
  static Map<String, String> changes(Map<String, String> before, Map<String, String> after) {
    Set<String> files = new TreeSet<>(before.keySet());
    files.addAll(after.keySet());
    Map<String, String> changed = new TreeMap<>();
    for (String file : files) {
      if (!Objects.equals(before.get(file), after.get(file))) {
        changed.put(file, after.get(file));
      }
    }
    return changed;
  }

  /** Those of some files. */
  static Map<String, String> only(Map<String, String> texts, Collection<String> files) {
    Map<String, String> some = new TreeMap<>(texts);
    some.keySet().retainAll(files);
    return some;
  }

  /** Sets one text, or takes it away when it is null. */
  static void set(Map<String, String> texts, String file, String text) {
    if (text == null) {
      texts.remove(file);
    } else {
      texts.put(file, text);
    }
  }

  /** The hash of each text. */
  static Map<String, String> hashes(Map<String, String> texts) {
    Map<String, String> hashes = new TreeMap<>(texts);
    hashes.replaceAll((file, text) -> TextHash.of(text));
    return hashes;
  }

  /** The hash of a text; empty when there is none. */
  static String hash(String text) {
    return text == null ? "" : TextHash.of(text);
  }
}

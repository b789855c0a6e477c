package dev.drover.flows;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Collects findings, sorted by place and without repetition. */
public final class Findings {
  private final SortedSet<Finding> found = new TreeSet<>();

  /** Adds a finding; the line is counted from 1. */
  public void add(String file, int line, String message) {
    found.add(new Finding(file, line, message));
  }

  /** Returns what was found so far. */
  public List<Finding> list() {
    return List.copyOf(found);
  }
}

package dev.drover.flows.live;

import java.util.List;

/** A change that is not put in force; what was in force is. */
public final class FlowRefused extends Exception {
  /** Why a change is refused. */
  public enum Reason {
    /** Somebody else changed the file first. */
    CHANGED,
    /** The text breaks a rule, or does not start. */
    INVALID,
    /** There is no such file or version. */
    UNKNOWN
  }

  private final Reason reason;
  private final List<FlowProblem> problems;

  private FlowRefused(Reason reason, String message, List<FlowProblem> problems) {
    super(message);
    this.reason = reason;
    this.problems = List.copyOf(problems);
  }

  static FlowRefused changed(String file, String hash) {
    String now = hash.isEmpty() ? "it is not there" : "it is " + hash + " now";
    return new FlowRefused(
        Reason.CHANGED, file + " was changed by somebody else: " + now, List.of());
  }

  static FlowRefused invalid(List<FlowProblem> problems) {
    return new FlowRefused(Reason.INVALID, problems.get(0).toString(), problems);
  }

  static FlowRefused unknown(String message) {
    return new FlowRefused(Reason.UNKNOWN, message, List.of());
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }

  /** Where and what, when it is invalid. */
  public List<FlowProblem> problems() {
    return problems;
  }
}

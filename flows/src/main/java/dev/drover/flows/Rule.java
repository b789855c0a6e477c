package dev.drover.flows;

/** One rule of the house over all flows of a repository. */
public interface Rule {

  /** Adds a finding for each place that breaks this rule. */
  void check(FlowSet flows, Findings out);
}

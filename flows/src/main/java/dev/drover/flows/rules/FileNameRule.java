package dev.drover.flows.rules;

import dev.drover.flows.Findings;
import dev.drover.flows.FlowSet;
import dev.drover.flows.RouteFile;
import dev.drover.flows.Rule;

/** Route files are named {@code NN-<flow>.camel.yaml}; those of shared need no number. */
public final class FileNameRule implements Rule {

  @Override
  public void check(FlowSet flows, Findings out) {
    for (RouteFile file : flows.files()) {
      String name = file.path().substring(file.path().lastIndexOf('/') + 1);
      String number = file.bundle().equals(FlowSet.SHARED) ? "(\\d\\d-)?" : "\\d\\d-";
      if (!name.matches(number + "[a-z0-9]+(-[a-z0-9]+)*\\.camel\\.yaml")) {
        out.add(file.path(), 1, "file name; write NN-<flow>.camel.yaml, such as 01-registration");
      }
    }
  }
}

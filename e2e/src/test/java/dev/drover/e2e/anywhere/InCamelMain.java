package dev.drover.e2e.anywhere;

import dev.drover.flows.anywhere.FlowsAnywhere;
import dev.drover.flows.anywhere.Questions;
import java.nio.file.Path;
import org.apache.camel.main.Main;

/** Plain Camel main: beans are bound by name. */
final class InCamelMain implements FlowsAnywhereTest.Runtime {
  @Override
  public String answers(Path home) throws Exception {
    FlowsAnywhere flows = new FlowsAnywhere(home);
    Main main = new Main();
    FlowsAnywhere.settings(home).forEach(main::addInitialProperty);
    flows.beans().forEach(main::bind);
    main.start();
    try {
      return Questions.ask(main.getCamelContext(), flows);
    } finally {
      main.stop();
    }
  }
}

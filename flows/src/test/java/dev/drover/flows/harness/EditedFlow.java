package dev.drover.flows.harness;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.drover.flows.FlowSet;
import dev.drover.flows.RouteFile;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * A flow file without one of its steps, and whether the file's test notices.
 *
 * @param step the text of the step, with where it stood
 */
public record EditedFlow(RouteFile file, String step) {
  private static final Pattern STEP = Pattern.compile("^ +- \\w+:\\s*$");
  private static final ThreadLocal<EditedFlow> CURRENT = new ThreadLocal<>();

  /** The file that a test starts: the edited one while {@link #isNoticedBy} runs. */
  static RouteFile orAsItIs(String path, FlowSet all) {
    EditedFlow edited = CURRENT.get();
    if (edited != null && edited.file.path().equals(path)) {
      return edited.file;
    }
    return all.files().stream()
        .filter(file -> file.path().equals(path))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no " + path));
  }

  /** Returns the file without each of its steps in turn. */
  static List<EditedFlow> withoutEachStep(RouteFile file) {
    List<EditedFlow> all = new ArrayList<>();
    List<String> lines = file.lines();
    for (int start = 0; start < lines.size(); start++) {
      if (STEP.matcher(lines.get(start)).matches() && !lines.get(start).contains("onException")) {
        int end = end(lines, start);
        List<String> left = new ArrayList<>(lines);
        left.subList(start, end).clear();
        String step = String.join("\n", lines.subList(start, end));
        String text = String.join("\n", left) + "\n";
        all.add(
            new EditedFlow(
                RouteFile.of(file.path(), file.bundle(), text),
                file.path() + ":" + (start + 1) + " " + step.strip()));
      }
    }
    return all;
  }

  private static int end(List<String> lines, int start) {
    int indent = lines.get(start).indexOf('-');
    int end = start + 1;
    while (end < lines.size()
        && !lines.get(end).isBlank()
        && lines.get(end).length() - lines.get(end).stripLeading().length() > indent) {
      end++;
    }
    return end;
  }

  /** Runs a test class against the edited file, and returns whether anything of it failed. */
  boolean isNoticedBy(Class<? extends FlowTest> test) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectClass(test)).build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    CURRENT.set(this);
    try {
      LauncherFactory.create().execute(request, listener);
    } finally {
      CURRENT.remove();
    }
    return listener.getSummary().getTotalFailureCount() > 0;
  }
}

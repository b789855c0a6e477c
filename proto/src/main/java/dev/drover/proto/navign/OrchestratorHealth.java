package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Whether a mall can work (document 1, section 10.3). */
@WireMessage
public record OrchestratorHealth(
    String status,
    Map<String, String> checks,
    List<HealthProblem> problems,
    Map<String, Number> metrics,
    Instant timestamp,
    String version,
    String serverUrl) {}

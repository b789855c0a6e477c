package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Whether central can work. */
@WireMessage
public record CentralHealthAnswer(
    String status,
    Map<String, String> checks,
    List<HealthProblem> problems,
    Instant timestamp,
    String version) {}

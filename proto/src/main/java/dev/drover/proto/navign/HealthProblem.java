package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;
import java.time.Instant;

/** A check that fails now, for people: why, since when, and what to do. */
@WireMessage
public record HealthProblem(String check, String cause, Instant since, String remedy) {}

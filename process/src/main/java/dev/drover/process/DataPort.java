package dev.drover.process;

import dev.drover.engine.http.HttpPort;
import java.util.Optional;

/**
 * What a process says of its data port.
 *
 * @param settings its doors, its threads, what a caller may hold of it
 * @param entity the one entity whose data it serves; empty for a process of all entities
 */
public record DataPort(HttpPort.Settings settings, Optional<String> entity) {}

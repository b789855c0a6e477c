package dev.drover.cli.run;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/**
 * A process that {@code drover up} runs.
 *
 * @param name central, orchestrator or simulator; also the name of its data directory
 * @param jar what it runs
 * @param options file of JVM options
 * @param environment variables of its own
 * @param ports ports that it opens, with what each is for
 * @param address where people find it
 * @param management address of its management port
 */
public record Service(
    String name,
    Path jar,
    Path options,
    Map<String, String> environment,
    Map<Integer, String> ports,
    URI address,
    URI management) {

  /** Returns the address that tells whether the process works. */
  public URI health() {
    return address.resolve("/health");
  }
}

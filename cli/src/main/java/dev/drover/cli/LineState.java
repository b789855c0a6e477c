package dev.drover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.drover.cli.client.Central;
import dev.drover.cli.words.CliException;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/** The line between the simulated mall and central, as the simulated mall sees it. */
final class LineState {
  private final Central simulator;

  /**
   * The line.
   *
   * @param simulator where the simulated mall is found
   */
  LineState(URI simulator) {
    // it asks nobody for a token
    this.simulator = new Central("the simulated mall", simulator, "none");
  }

  /** Returns the line in words, or nothing when the simulated mall does not answer. */
  Optional<String> read() {
    try {
      JsonNode line = get();
      return Optional.of(
          line.path("cut").asBoolean()
              ? "cut, " + line.path("left_seconds").asLong() + " s left"
              : "whole, " + line.path("connections").asInt() + " connections to central");
    } catch (CliException | IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Returns {@code cut}, {@code left_seconds} and {@code connections}. */
  JsonNode get() throws IOException, InterruptedException {
    return simulator.get("/health").path("line");
  }

  /** Cuts the line for so many seconds. */
  void cut(long seconds) throws IOException, InterruptedException {
    simulator.post("/api/line/cut", JsonNodeFactory.instance.objectNode().put("seconds", seconds));
  }
}

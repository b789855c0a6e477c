package dev.drover.engine.guard;

import java.util.Map;
import java.util.Optional;

/**
 * Which operations a process offers besides HTTP.
 *
 * @param methods by gRPC method, e.g. {@code task.OrchestratorService/ReportRobotStatus}
 * @param frames by the type of a client's WebSocket frame
 * @param topics by the MQTT topic that the process subscribes to
 */
public record Doors(
    Map<String, Demands> methods, Map<String, Demands> frames, Map<String, Demands> topics) {
  /** Copies the maps. */
  public Doors {
    methods = Map.copyOf(methods);
    frames = Map.copyOf(frames);
    topics = Map.copyOf(topics);
  }

  /** Nothing but HTTP. */
  public static Doors none() {
    return new Doors(Map.of(), Map.of(), Map.of());
  }

  /** What a gRPC method needs; one that no contract names needs somebody who is authorised. */
  public Demands method(String name) {
    return methods.getOrDefault(name, Demands.unnamed(name));
  }

  /** What a frame of this type needs; empty for a type that no contract names. */
  public Optional<Demands> frame(String type) {
    return Optional.ofNullable(frames.get(type));
  }

  /** What each message of a topic needs; empty for a topic that no contract names. */
  public Optional<Demands> topic(String topic) {
    return Optional.ofNullable(topics.get(topic));
  }
}

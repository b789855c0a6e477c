package dev.drover.central;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of central. Every one has its default in {@code application.yaml}; the environment
 * names are those of the relaxed binding, e.g. {@code DROVER_EVENTS_RETENTION}.
 *
 * @param home where {@code routes/}, {@code kamelets/} and {@code proto/} lie
 * @param data the directory of everything this process keeps
 * @param keys the directory of its keys; two centrals share one
 * @param bind the address of the data port
 * @param port the data port
 * @param publicUrl where others reach this central
 * @param tls certificate and key of the data port
 * @param kafka the event log
 * @param mongo the document store
 * @param events the event streams
 * @param heartbeat presence of orchestrators
 * @param token tokens of orchestrators
 */
@ConfigurationProperties("drover")
public record CentralProperties(
    Path home,
    Path data,
    Optional<Path> keys,
    String bind,
    int port,
    Optional<String> publicUrl,
    @DefaultValue Tls tls,
    Kafka kafka,
    Mongo mongo,
    Events events,
    Heartbeat heartbeat,
    Token token) {

  /** TLS of the data port; plain HTTP when no certificate is named. */
  public record Tls(Optional<Path> certificate, Optional<Path> key) {}

  /** An external cluster by its brokers, or the embedded broker on this port. */
  public record Kafka(String brokers, boolean embedded, int port) {}

  /** An external database by its URL, or the embedded one on this port. */
  public record Mongo(String url, String database, int port) {}

  /**
   * The event streams.
   *
   * @param topic the Kafka topic
   * @param partitions how many partitions it is created with
   * @param retention how long events are kept
   * @param coalesce the shortest time between two {@code data_update} events of one entity
   * @param maxStreams how many streams one orchestrator may hold; 0 for any number
   * @param sendBuffer bytes a stream may owe its reader before it is dropped
   */
  public record Events(
      String topic,
      int partitions,
      Duration retention,
      Duration coalesce,
      int maxStreams,
      int sendBuffer) {}

  /** The interval that central asks for, and how many may be missed. */
  public record Heartbeat(Duration interval, int missed) {}

  /** How long tokens live, and how long before their end a refresh is suggested. */
  public record Token(Duration lifetime, Duration refreshBefore) {}

  Path keysDirectory() {
    return keys.filter(path -> !path.toString().isBlank()).orElse(data.resolve("keys"));
  }

  String reachableUrl() {
    String scheme = tls.certificate().isPresent() ? "https" : "http";
    return publicUrl
        .filter(url -> !url.isBlank())
        .orElse(scheme + "://" + (bind.equals("0.0.0.0") ? "127.0.0.1" : bind) + ":" + port);
  }
}

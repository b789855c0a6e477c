package dev.drover.central;

import dev.drover.engine.http.HttpLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
 * @param http what a caller may hold of the data port
 * @param cors whose pages may call
 * @param grpc the gRPC port
 * @param kafka the event log
 * @param mongo the document store
 * @param events the event streams
 * @param heartbeat presence of orchestrators
 * @param idempotency requests under a key
 * @param token tokens of orchestrators
 * @param sync the data of malls
 * @param beacons the beacons of malls
 * @param uploads what malls hand in from their queues
 */
@ConfigurationProperties("drover")
public record CentralProperties(
    String home,
    String data,
    String keys,
    String bind,
    int port,
    @DefaultValue("") String publicUrl,
    @DefaultValue Tls tls,
    HttpLimits http,
    Cors cors,
    Grpc grpc,
    Kafka kafka,
    Mongo mongo,
    Events events,
    Heartbeat heartbeat,
    Idempotency idempotency,
    Token token,
    Sync sync,
    Beacons beacons,
    Uploads uploads) {

  /** TLS of the data port; plain HTTP when no certificate is named. */
  public record Tls(@DefaultValue("") String certificate, @DefaultValue("") String key) {
    boolean on() {
      return !certificate.isBlank();
    }
  }

  /** The origins whose pages may read answers; none as a rule. */
  public record Cors(List<String> allowedOrigins) {}

  /**
   * The gRPC port.
   *
   * @param port 0 for any
   * @param maxAnswerBytes the most bytes that the documents of one answer may take
   * @param reflection whether it tells its services to whoever asks
   * @param maxConnections connections of all clients together
   * @param maxConnectionsPerAddress connections from one address
   * @param maxCallsPerConnection calls at once on one connection
   */
  public record Grpc(
      int port,
      int maxAnswerBytes,
      boolean reflection,
      int maxConnections,
      int maxConnectionsPerAddress,
      int maxCallsPerConnection,
      @DefaultValue GrpcTls tls) {}

  /**
   * TLS of the gRPC port; plain when no certificate is named.
   *
   * @param clientAuthority who signs certificates of clients; blank to ask for none
   * @param clientsMust whether a client without a certificate is refused
   */
  public record GrpcTls(
      @DefaultValue("") String certificate,
      @DefaultValue("") String key,
      @DefaultValue("") String clientAuthority,
      boolean clientsMust) {
    boolean on() {
      return !certificate.isBlank();
    }
  }

  /**
   * The event log.
   *
   * @param brokers where clients find it
   * @param external an external cluster; blank for the embedded broker
   * @param port the embedded broker's port
   */
  public record Kafka(String brokers, @DefaultValue("") String external, int port) {
    boolean embedded() {
      return external.isBlank();
    }
  }

  /** An external database by its URL, or the embedded one on this port. */
  public record Mongo(String url, String database, int port) {}

  /**
   * The event streams.
   *
   * @param topic the Kafka topic
   * @param partitions how many partitions it is created with
   * @param replicas how many brokers keep it when it is created; 0: the cluster's default
   * @param inSyncReplicas how many of them must have an event before it counts as written; 0 as
   *     above
   * @param retention how long events are kept
   * @param coalesce the shortest time between two {@code data_update} events of one entity
   * @param maxStreams how many streams one orchestrator may hold; 0 for any number
   * @param sendBuffer bytes a stream may owe its reader before it is dropped
   */
  public record Events(
      String topic,
      int partitions,
      int replicas,
      int inSyncReplicas,
      Duration retention,
      Duration coalesce,
      int maxStreams,
      int sendBuffer) {}

  /** The interval that central asks for, and how many may be missed. */
  public record Heartbeat(Duration interval, int missed) {}

  /** How long the claim of an idempotency key lasts that nobody renews. */
  public record Idempotency(Duration lease) {}

  /** How long tokens live, and how long before their end a refresh is suggested. */
  public record Token(Duration lifetime, Duration refreshBefore) {}

  /** How long changes are kept. */
  public record Sync(Duration history) {}

  /**
   * The beacons of malls.
   *
   * @param approval {@code auto}, or {@code operator}: each waits for one
   * @param missed after how many missed heartbeats one counts as offline
   */
  public record Beacons(
      String approval, Duration syncInterval, Duration heartbeatInterval, int missed) {}

  /** How long the keys of uploaded items are remembered. */
  public record Uploads(Duration kept) {}

  // Texts above, because Spring would look for a Path among the web application's resources first.
  Path dataDirectory() {
    return Path.of(data).toAbsolutePath().normalize();
  }

  Path keysDirectory() {
    return Path.of(keys).toAbsolutePath().normalize();
  }

  String reachableUrl() {
    if (!publicUrl.isBlank()) {
      return publicUrl;
    }
    String host = bind.equals("0.0.0.0") ? "127.0.0.1" : bind;
    return (tls.on() ? "https" : "http") + "://" + host + ":" + port;
  }
}

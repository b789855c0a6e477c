package dev.drover.orchestrator;

import dev.drover.engine.http.HttpLimits;
import dev.drover.orchestrator.central.AnswerLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The settings of an orchestrator. Every one has its default in {@code application.yaml}; the
 * environment names are those of the relaxed binding, e.g. {@code DROVER_HEARTBEAT_INTERVAL}.
 *
 * @param home where {@code routes/}, {@code kamelets/} and {@code proto/} lie
 * @param data the directory of everything this process keeps
 * @param keys the directory of its keys; empty for one below {@code data}
 * @param bind the address of its ports
 * @param port the data port; on the loopback only when there is one with TLS
 * @param httpsPort the data port with TLS
 * @param tls certificate and key of the ports with TLS
 * @param http what a caller may hold of the data ports
 * @param cors whose pages may call
 * @param grpcPort the gRPC port
 * @param grpcReflection whether it tells its services to whoever asks
 * @param publicUrl where devices of the mall reach it; empty for its own address
 * @param entityId the mall
 * @param orchestratorId the id that it asks central for
 * @param central the central server
 * @param mqtt the mall's broker
 * @param kafka the brokers of the uplink's Kafka variant
 * @param registration how its token is kept fresh
 * @param events the event stream
 * @param sync the mall's data
 * @param uplink every write to central
 * @param beacons the beacons of the mall
 * @param limits how often beacons may ask
 * @param heartbeat signs of life
 * @param health limits of the health check
 * @param firmware the firmware cache
 */
@ConfigurationProperties("drover")
public record OrchestratorProperties(
    Path home,
    Path data,
    String keys,
    String bind,
    int port,
    int httpsPort,
    Tls tls,
    HttpLimits http,
    Cors cors,
    int grpcPort,
    boolean grpcReflection,
    String publicUrl,
    String entityId,
    String orchestratorId,
    Central central,
    Mqtt mqtt,
    Kafka kafka,
    Registration registration,
    Events events,
    Sync sync,
    Uplink uplink,
    Beacons beacons,
    Limits limits,
    Heartbeat heartbeat,
    Health health,
    Firmware firmware) {

  /**
   * The central server.
   *
   * @param url where it is
   * @param connectTimeout how long a connection may take
   * @param responseTimeout how long central may send nothing
   * @param answerTimeout how long a whole answer may take
   * @param syncTimeout the same of a full sync or a delta
   * @param maxAnswer bytes of an answer
   * @param maxBatchAnswer bytes of an answer with documents in it
   * @param maxItem bytes of one document of a full sync or a delta
   * @param longestPause the longest pause that it may ask for
   * @param readRetries the waits before a read is tried again
   * @param breakerFailures requests in a row without an answer after which it counts as away
   * @param breakerPause how long nothing is sent then
   * @param keysInterval how often its keys are asked for
   */
  public record Central(
      String url,
      Duration connectTimeout,
      Duration responseTimeout,
      Duration answerTimeout,
      Duration syncTimeout,
      long maxAnswer,
      long maxBatchAnswer,
      long maxItem,
      Duration longestPause,
      List<Duration> readRetries,
      int breakerFailures,
      Duration breakerPause,
      Duration keysInterval) {
    AnswerLimits limits() {
      return new AnswerLimits(
          maxAnswer,
          maxBatchAnswer,
          maxItem,
          answerTimeout,
          syncTimeout,
          connectTimeout,
          responseTimeout,
          longestPause);
    }
  }

  /** TLS of the ports for the mall's devices; plain ports only when no certificate is named. */
  public record Tls(String certificate, String key) {
    boolean on() {
      return !certificate.isBlank();
    }

    /** Its two files, for a port of whatever kind; empty when it is off. */
    <T> Optional<T> files(BiFunction<Path, Path, T> as) {
      return on() ? Optional.of(as.apply(Path.of(certificate), Path.of(key))) : Optional.empty();
    }
  }

  /** The origins whose pages may read answers; none as a rule. */
  public record Cors(List<String> allowedOrigins) {}

  /**
   * A broker of others by its URL, or the embedded one on these ports, which takes packets of so
   * many bytes and so many connections.
   */
  public record Mqtt(
      int port,
      int tlsPort,
      String url,
      int maxPacketBytes,
      int maxConnections,
      int maxConnectionsPerAddress) {}

  /** Brokers; the port of the embedded one; external ones, empty for the embedded one. */
  public record Kafka(String brokers, String external, int port) {}

  /** How long before its end a token is renewed. */
  public record Registration(Duration refreshBefore) {}

  /** Waits between attempts to reach central, and how long handled events are remembered. */
  public record Events(List<Duration> backoff, Duration appliedRetention) {}

  /** When the mall's data is fetched and verified, and how much of it at once. */
  public record Sync(
      Duration verifyInterval,
      Duration fullAfter,
      Duration debounce,
      int deltasPerMinute,
      int limit,
      int page) {}

  /**
   * Every write to central.
   *
   * @param maxBytes room on the disk
   * @param batchSize items of one request
   * @param requestBytes bytes of one request, about
   * @param queueBytes bytes that the queue carries at a time, for each class
   * @param parkAfter refusals after which an item is given up
   * @param retryDelay the first wait after a failure
   * @param topic what its Kafka topics begin with
   */
  public record Uplink(
      long maxBytes,
      int batchSize,
      long requestBytes,
      long queueBytes,
      int parkAfter,
      Duration retryDelay,
      String topic) {}

  /** What beacons are told, how long a nonce works, and how long access logs are kept. */
  public record Beacons(
      Duration syncInterval,
      Duration heartbeatInterval,
      Duration nonceLifetime,
      Duration logsKept) {}

  /** The limit of a beacon's requests, over HTTP and over MQTT. */
  public record Limits(String beaconRequests) {}

  /** The time between two heartbeats. */
  public record Heartbeat(Duration interval) {}

  /** The free disk space below which the mall counts as unhealthy, in MB. */
  public record Health(long minFreeMb) {}

  /** Where firmware is kept. */
  public record Firmware(Path directory) {}

  /** Where plain ports listen: not where others could hear them when there are better ones. */
  String plainBind() {
    return tls.on() ? "127.0.0.1" : bind;
  }

  String reachableUrl() {
    if (!publicUrl.isBlank()) {
      return publicUrl;
    }
    return tls.on() ? "https://" + bind + ":" + httpsPort : "http://" + bind + ":" + port;
  }

  Path keysDirectory() {
    return keys.isBlank() ? data.resolve("keys") : Path.of(keys);
  }
}

package dev.drover.engine.sse;

import dev.drover.engine.events.EventHub;
import dev.drover.engine.stream.Durations;
import dev.drover.engine.stream.StreamHeaderFilterStrategy;
import dev.drover.engine.stream.StreamOperation;
import java.time.Duration;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.apache.camel.spi.UriPath;

/** The options of an {@code sse} endpoint. */
@UriParams
public final class SseConfiguration implements Cloneable {
  @UriPath(
      description =
          "A path on the shared HTTP server (from), an http or https URL to listen to (from), or"
              + " any name (to).")
  @Metadata(required = true)
  private String target;

  @UriParam(
      label = "common",
      description = "The event hub. The only one in the registry when not set.")
  private EventHub hub;

  @UriParam(
      label = "consumer",
      description =
          "Server: name of the HTTP router in the registry, e.g. platform-http-router-3000. The"
              + " only one when not set.")
  private String router;

  @UriParam(
      label = "consumer",
      javaType = "java.time.Duration",
      defaultValue = "0",
      description = "Server: least time between two events of a stream; delays, never drops.")
  private String minGap = "0";

  @UriParam(
      label = "producer",
      defaultValue = "deliver",
      description = "What to do: deliver to the streams of the event's key, broadcast, or ping.")
  private StreamOperation operation = StreamOperation.deliver;

  @UriParam(
      label = "consumer,advanced",
      description = "Server: decides which header and query names come in and which go out.")
  private HeaderFilterStrategy headerFilterStrategy = new StreamHeaderFilterStrategy();

  @UriParam(
      label = "consumer",
      description = "Client: gives headers and the durable cursor anew for each connection.")
  private SseConnection connection;

  @UriParam(
      label = "consumer",
      defaultValue = "5s,10s,20s,40s,60s",
      description = "Client: waits between attempts, comma separated; the last one repeats.")
  private String backoff = "5s,10s,20s,40s,60s";

  @UriParam(
      label = "consumer",
      defaultValue = "0",
      description = "Client: the fraction (0 to 1) by which a wait is varied at random.")
  private double jitter;

  @UriParam(
      label = "consumer",
      javaType = "java.time.Duration",
      defaultValue = "60s",
      description = "Client: a connection this old sets the back-off to its beginning.")
  private String healthyAfter = "60s";

  @UriParam(
      label = "consumer",
      javaType = "java.time.Duration",
      defaultValue = "90s",
      description = "Client: reconnects when nothing at all was received for this long.")
  private String watchdog = "90s";

  @UriParam(
      label = "consumer",
      javaType = "java.time.Duration",
      defaultValue = "10s",
      description = "Client: how long one attempt to connect may take.")
  private String connectTimeout = "10s";

  @UriParam(
      label = "consumer",
      defaultValue = "false",
      description = "Client: waits at least as long as the server's retry field says.")
  private boolean serverRetry;

  @UriParam(
      label = "consumer",
      defaultValue = "1048576",
      description = "Client: the most bytes of one event; a larger one ends the connection.")
  private int maxEventBytes = 1_048_576;

  @UriParam(
      label = "consumer",
      javaType = "java.time.Duration",
      defaultValue = "10m",
      description = "Client: the longest pause that a refusal's Retry-After can ask for.")
  private String longestPause = "10m";

  @UriParam(
      label = "consumer,security",
      description = "Client: file with the PEM certificates to trust for https.")
  private String trustStore;

  /** A copy for one endpoint. */
  public SseConfiguration copy() {
    try {
      return (SseConfiguration) clone();
    } catch (CloneNotSupportedException e) {
      throw new RuntimeCamelException(e);
    }
  }

  Duration minGapDuration() {
    return Durations.parse(minGap);
  }

  public String getTarget() {
    return target;
  }

  public void setTarget(String target) {
    this.target = target;
  }

  public EventHub getHub() {
    return hub;
  }

  public void setHub(EventHub hub) {
    this.hub = hub;
  }

  public String getRouter() {
    return router;
  }

  public void setRouter(String router) {
    this.router = router;
  }

  public String getMinGap() {
    return minGap;
  }

  public void setMinGap(String minGap) {
    this.minGap = minGap;
  }

  public StreamOperation getOperation() {
    return operation;
  }

  public void setOperation(StreamOperation operation) {
    this.operation = operation;
  }

  public HeaderFilterStrategy getHeaderFilterStrategy() {
    return headerFilterStrategy;
  }

  public void setHeaderFilterStrategy(HeaderFilterStrategy headerFilterStrategy) {
    this.headerFilterStrategy = headerFilterStrategy;
  }

  public SseConnection getConnection() {
    return connection;
  }

  public void setConnection(SseConnection connection) {
    this.connection = connection;
  }

  public String getBackoff() {
    return backoff;
  }

  public void setBackoff(String backoff) {
    this.backoff = backoff;
  }

  public double getJitter() {
    return jitter;
  }

  public void setJitter(double jitter) {
    this.jitter = jitter;
  }

  public String getHealthyAfter() {
    return healthyAfter;
  }

  public void setHealthyAfter(String healthyAfter) {
    this.healthyAfter = healthyAfter;
  }

  public String getWatchdog() {
    return watchdog;
  }

  public void setWatchdog(String watchdog) {
    this.watchdog = watchdog;
  }

  public String getConnectTimeout() {
    return connectTimeout;
  }

  public void setConnectTimeout(String connectTimeout) {
    this.connectTimeout = connectTimeout;
  }

  public boolean isServerRetry() {
    return serverRetry;
  }

  public void setServerRetry(boolean serverRetry) {
    this.serverRetry = serverRetry;
  }

  public int getMaxEventBytes() {
    return maxEventBytes;
  }

  public void setMaxEventBytes(int maxEventBytes) {
    this.maxEventBytes = maxEventBytes;
  }

  public String getLongestPause() {
    return longestPause;
  }

  public void setLongestPause(String longestPause) {
    this.longestPause = longestPause;
  }

  public String getTrustStore() {
    return trustStore;
  }

  public void setTrustStore(String trustStore) {
    this.trustStore = trustStore;
  }
}

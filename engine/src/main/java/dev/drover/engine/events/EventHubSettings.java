package dev.drover.engine.events;

import java.time.Duration;

/**
 * What an operator may tune about the hub.
 *
 * @param ringBytes memory for recent events, over all partitions; a reader that returns within it
 *     costs Kafka nothing
 * @param maxPendingBytes what a live stream may have unsent before it is cut as too slow
 * @param stallTimeout how long the reader of a stream may take nothing of what waits for it
 * @param retry what clients are told to wait before they reconnect
 * @param retryJitter the most that is added to {@code retry}, per connection
 * @param heartbeatSeconds told in {@code connected}; 0 leaves it out
 * @param maxStreams the most streams of one owner under one key; 0 is no limit
 * @param ownerAttribute the stream attribute that names the owner
 * @param catchUpReaders how many partitions are scanned at the same time
 */
public record EventHubSettings(
    long ringBytes,
    long maxPendingBytes,
    Duration stallTimeout,
    Duration retry,
    Duration retryJitter,
    int heartbeatSeconds,
    int maxStreams,
    String ownerAttribute,
    int catchUpReaders) {

  /** The defaults: 16 MB ring, 1 MiB per slow stream, retry 5 s + 2.5 s, no stream limit. */
  public static EventHubSettings defaults() {
    return new EventHubSettings(
        16L * 1024 * 1024,
        1024 * 1024,
        Duration.ofSeconds(30),
        Duration.ofSeconds(5),
        Duration.ofMillis(2500),
        30,
        0,
        "orchestrator_id",
        2);
  }

  /** The same with another ring size, in bytes. */
  public EventHubSettings withRingBytes(long bytes) {
    return new EventHubSettings(
        bytes,
        maxPendingBytes,
        stallTimeout,
        retry,
        retryJitter,
        heartbeatSeconds,
        maxStreams,
        ownerAttribute,
        catchUpReaders);
  }

  /** The same with another bound on what a slow stream may have unsent, in bytes. */
  public EventHubSettings withMaxPendingBytes(long bytes) {
    return new EventHubSettings(
        ringBytes,
        bytes,
        stallTimeout,
        retry,
        retryJitter,
        heartbeatSeconds,
        maxStreams,
        ownerAttribute,
        catchUpReaders);
  }

  /** The same with another time for which a reader may take nothing. */
  public EventHubSettings withStallTimeout(Duration timeout) {
    return new EventHubSettings(
        ringBytes,
        maxPendingBytes,
        timeout,
        retry,
        retryJitter,
        heartbeatSeconds,
        maxStreams,
        ownerAttribute,
        catchUpReaders);
  }

  /** The same with another interval told in {@code connected}, in seconds. */
  public EventHubSettings withHeartbeatSeconds(int seconds) {
    return new EventHubSettings(
        ringBytes,
        maxPendingBytes,
        stallTimeout,
        retry,
        retryJitter,
        seconds,
        maxStreams,
        ownerAttribute,
        catchUpReaders);
  }

  /** The same with a limit of streams per key and owner; 0 is no limit. */
  public EventHubSettings withMaxStreams(int streams) {
    return new EventHubSettings(
        ringBytes,
        maxPendingBytes,
        stallTimeout,
        retry,
        retryJitter,
        heartbeatSeconds,
        streams,
        ownerAttribute,
        catchUpReaders);
  }
}

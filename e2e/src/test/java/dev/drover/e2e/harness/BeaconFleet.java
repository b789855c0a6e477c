package dev.drover.e2e.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** The beacons of one mall, each with a thread of its own, and what the mall has told them. */
public final class BeaconFleet implements AutoCloseable {
  private final String entity;
  private final Api mall;
  private final Path oracles;
  private final List<SimulatedBeacon> beacons = new ArrayList<>();
  private final List<Future<?>> work = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger accepted = new AtomicInteger();
  private final Map<String, LongAdder> refusals = new ConcurrentSkipListMap<>();
  private final Semaphore permits = new Semaphore(0);
  private volatile boolean finishing;
  private volatile String padding = "";

  /**
   * Beacons that have not reported yet.
   *
   * @param mall the mall's data port
   */
  public BeaconFleet(String entity, Api mall, int size, long seed) throws IOException {
    this.entity = entity;
    this.mall = mall;
    this.oracles = JavaProcess.HOME.resolve("e2e/target/oracle").resolve(entity);
    Files.createDirectories(oracles);
    for (int i = 0; i < size; i++) {
      beacons.add(new SimulatedBeacon(this, "gate-" + i, seed + i));
    }
  }

  /** Lets each begin; it reports whenever it may. */
  public void start() {
    beacons.forEach(beacon -> work.add(threads.submit(beacon::report)));
  }

  /** Lets them report so often, all together. */
  public void allow(int reports) {
    permits.release(reports);
  }

  /** Lets each finish the report that it is at. */
  public void finish() {
    finishing = true;
    permits.release(beacons.size());
  }

  /** Whether each has finished. */
  public boolean finished() {
    return work.stream().allMatch(Future::isDone);
  }

  /**
   * Fails when a beacon has.
   *
   * @throws ExecutionException with the reason
   */
  public void check() throws InterruptedException, ExecutionException {
    for (Future<?> beacon : work) {
      if (beacon.isDone()) {
        beacon.get();
      }
    }
  }

  /** How many reports are acknowledged. */
  public int accepted() {
    return accepted.get();
  }

  /** How often a request was answered by this, for example {@code 507 QUEUE_FULL}. */
  public long refused(String answer) {
    return refusals.getOrDefault(answer, new LongAdder()).sum();
  }

  /** All answers but acknowledgements, with their counts; {@code none} is a broken connection. */
  public Map<String, Long> refusals() {
    Map<String, Long> counts = new TreeMap<>();
    refusals.forEach((answer, count) -> counts.put(answer, count.sum()));
    return counts;
  }

  /** From now on each log is longer by so many bytes. */
  public void pad(int bytes) {
    padding = "x".repeat(bytes);
  }

  /** The acknowledged logs by beacon id, in order. */
  public Map<String, List<String>> logs() {
    Map<String, List<String>> logs = new LinkedHashMap<>();
    beacons.forEach(beacon -> logs.put(beacon.beaconId(), beacon.logs()));
    return logs;
  }

  /** The last acknowledged firmware by beacon id. */
  public Map<String, String> firmware() {
    Map<String, String> versions = new TreeMap<>();
    beacons.forEach(beacon -> versions.put(beacon.beaconId(), beacon.firmware()));
    return versions;
  }

  /** The times of the acknowledged heartbeats by beacon id, in order. */
  public Map<String, List<String>> heartbeats() {
    Map<String, List<String>> times = new TreeMap<>();
    beacons.forEach(beacon -> times.put(beacon.beaconId(), beacon.heartbeats()));
    return times;
  }

  String entity() {
    return entity;
  }

  Api mall() {
    return mall;
  }

  Path oracles() {
    return oracles;
  }

  String padding() {
    return padding;
  }

  /** Waits until one more report may be made; false when there shall be none. */
  boolean next() {
    try {
      permits.acquire();
      return !finishing;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Counts an answer; true when it is an acknowledgement. */
  boolean count(Api.Answer answer) {
    if (answer.status() == 200) {
      accepted.incrementAndGet();
      return true;
    }
    refuse(answer.status() + " " + answer.code());
    return false;
  }

  void countLost() {
    refuse("none");
  }

  private void refuse(String answer) {
    refusals.computeIfAbsent(answer, key -> new LongAdder()).increment();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}

package dev.drover.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The beacons of a month, each with one batch on its way at a time, tried until it is taken. */
final class MonthFleet implements AutoCloseable {
  private static final long PATIENCE = TimeUnit.MINUTES.toNanos(10);
  private static final long PAUSE_MILLIS = 200;

  private final int port;
  private final List<BenchBeacon> beacons = new ArrayList<>();
  private final List<MonthLogs> logs = new ArrayList<>();
  private final ExecutorService threads;
  private final List<Future<?>> running = new ArrayList<>();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong batches = new AtomicLong();
  private final Map<String, Integer> refusals = new TreeMap<>();

  /**
   * So many beacons.
   *
   * @param each how many logs each of them has
   */
  MonthFleet(int port, int count, int each, long seed) {
    this.port = port;
    for (int i = 0; i < count; i++) {
      beacons.add(new BenchBeacon(MonthLogs.device(i)));
      logs.add(new MonthLogs(seed, i, count, each));
    }
    threads = Executors.newFixedThreadPool(count);
  }

  /** Registers them, and waits until the mall has the key of central that it seals logs with. */
  void meetTheMall() throws Exception {
    try (BenchConnection mall = new BenchConnection(port)) {
      for (BenchBeacon beacon : beacons) {
        beacon.register(mall);
      }
    }
    handIn(0);
  }

  /** Lets them hand in what they have. */
  void start() {
    for (int i = 0; i < beacons.size(); i++) {
      int beacon = i;
      running.add(
          threads.submit(
              () -> {
                while (logs.get(beacon).more()) {
                  handIn(beacon);
                }
                return null;
              }));
    }
  }

  private void handIn(int beacon) throws IOException, InterruptedException {
    BenchBeacon sender = beacons.get(beacon);
    MonthLogs.Batch batch = logs.get(beacon).next(sender.beaconId());
    long limit = System.nanoTime() + PATIENCE;
    while (true) {
      try (BenchConnection mall = new BenchConnection(port)) {
        JsonNode answer = sender.proven(mall, "access-logs", batch.body());
        if (answer.path("stored").asInt() + answer.path("duplicates").asInt() != batch.logs()) {
          throw new IllegalStateException("the mall took another number of logs: " + answer);
        }
        accepted.addAndGet(batch.logs());
        batches.incrementAndGet();
        return;
      } catch (IOException e) {
        if (System.nanoTime() > limit) {
          throw e;
        }
        refused(e);
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  private synchronized void refused(IOException e) {
    String said = String.valueOf(e.getMessage());
    String kind =
        said.matches("(?s)[a-z-]+: \\d{3} .*")
            ? said.replaceAll("(?s)^([a-z-]+: \\d{3}).*?(\"code\":\"(\\w+)\".*)?$", "$1 $3")
            : "no answer";
    refusals.merge(kind.strip(), 1, Integer::sum);
  }

  /**
   * That none of them has given up.
   *
   * @throws ExecutionException why one has
   */
  void check() throws ExecutionException, InterruptedException {
    for (Future<?> one : running) {
      if (one.isDone()) {
        one.get();
      }
    }
  }

  void awaitAll() throws ExecutionException, InterruptedException {
    for (Future<?> one : running) {
      one.get();
    }
  }

  /** How many logs the mall has acknowledged. */
  long accepted() {
    return accepted.get();
  }

  long batches() {
    return batches.get();
  }

  /** What the mall answered when it did not take a batch, and how often. */
  synchronized Map<String, Integer> refusals() {
    return new TreeMap<>(refusals);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}

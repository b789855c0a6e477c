package dev.drover.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** The beacons of a mall; each client speaks for its share of them, in turn. */
final class BenchBeacons {
  private final int port;
  private final int clients;
  private final List<BenchBeacon> beacons = new ArrayList<>();

  BenchBeacons(int port, int count, int clients) {
    this.port = port;
    this.clients = clients;
    for (int i = 0; i < count; i++) {
      beacons.add(new BenchBeacon("gate-" + i));
    }
  }

  /** Registers all, and waits until the mall can seal: it needs central's key for that. */
  void register() throws Exception {
    each(
        client -> {
          try (BenchConnection mall = new BenchConnection(port)) {
            for (int i = client; i < beacons.size(); i += clients) {
              beacons.get(i).register(mall);
            }
          }
        });
    awaitKeys(beacons.get(0));
  }

  private void awaitKeys(BenchBeacon beacon) throws Exception {
    for (int attempt = 0; ; attempt++) {
      try (BenchConnection mall = new BenchConnection(port)) {
        beacon.report(mall, 1);
        return;
      } catch (IOException e) {
        if (attempt == 60) {
          throw e;
        }
        Thread.sleep(500);
      }
    }
  }

  /** How many reports of so many logs the mall accepts in a time, but not more than these. */
  int report(long nanos, int most, int logs) throws Exception {
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger accepted = new AtomicInteger();
    long start = System.nanoTime();
    each(
        client -> {
          try (BenchConnection mall = new BenchConnection(port)) {
            int next = client;
            while (System.nanoTime() - start < nanos && begun.incrementAndGet() <= most) {
              beacons.get(next % beacons.size()).report(mall, logs);
              accepted.incrementAndGet();
              next += clients;
            }
          }
        });
    return accepted.get();
  }

  interface Work {
    void run(int client) throws Exception;
  }

  /** Runs this for each client, all at once. */
  void each(Work work) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(clients);
    try {
      List<Callable<Void>> calls = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        int client = i;
        calls.add(
            () -> {
              work.run(client);
              return null;
            });
      }
      for (Future<Void> done : executor.invokeAll(calls)) {
        done.get();
      }
    } finally {
      executor.shutdown();
    }
  }
}

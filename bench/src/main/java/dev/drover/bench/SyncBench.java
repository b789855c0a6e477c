package dev.drover.bench;

import dev.drover.engine.crypto.Role;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What keeping a mall equal to central costs: bytes, requests, time and memory, with a real central
 * and a real orchestrator. Usage: {@code SyncBench [documents] [repetitions]}, in the repository.
 */
public final class SyncBench {
  private static final String SYNC = "/sync/";
  private static final int[] CHANGES = {1, 10, 100, 1000};

  private final BenchCentral central;
  private final BenchMall mall;
  private final int documents;
  private final int repetitions;
  private final String full;
  private int revision;

  private SyncBench(BenchCentral central, BenchMall mall, int documents, int repetitions) {
    this.central = central;
    this.mall = mall;
    this.documents = documents;
    this.repetitions = repetitions;
    this.full = "/api/orchestrators/sync/full?entity_id=" + mall.entity();
  }

  /** Runs the benchmark. */
  public static void main(String[] args) throws Exception {
    int documents = args.length > 0 ? Integer.parseInt(args[0]) : 100_000;
    int repetitions = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    System.out.println(Machine.line());
    try (BenchCentral central = new BenchCentral()) {
      try (BenchMall mall = new BenchMall(central, "bench-large")) {
        SyncBench bench = new SyncBench(central, mall, documents, repetitions);
        bench.begin();
        bench.everything();
        bench.oneChange();
        bench.deltas();
        bench.nothingChanged();
        bench.silentDamage();
      }
      try (BenchMall mall = new BenchMall(central, "bench-small")) {
        SyncBench bench = new SyncBench(central, mall, documents / 10, repetitions);
        bench.begin();
        bench.deltas();
        bench.nothingChanged();
      }
    }
    System.exit(0);
  }

  private void begin() throws Exception {
    System.out.printf("%n== %,d merchants, load average %s%n", documents, Machine.load());
    long begun = System.nanoTime();
    Merchants.upload(central, mall.entity(), documents);
    print("upload %.1f s", (System.nanoTime() - begun) / 1e9);
    mall.start();
    mall.await(sync -> !sync.path("verified_at").asText("null").equals("null"));
    print("first full sync, mall just started: %.2f s", mall.timer("full").seconds());
  }

  /**
   * A full sync: its time and size beside curl's, then in another run what it needs of the heap.
   */
  private void everything() throws Exception {
    SyncPeers.Download plain = curl(false);
    curl(true);
    double megabytes = plain.bytes() / 1e6;
    Samples seconds = new Samples();
    Samples wire = new Samples();
    Samples cpuCentral = new Samples();
    Samples cpuMall = new Samples();
    for (int i = 0; i < repetitions; i++) {
      BenchMall.Timer before = mall.timer("full");
      double centralBefore = central.cpu();
      double mallBefore = mall.cpu();
      mall.relay().take(SYNC);
      resync();
      cpuCentral.add(central.cpu() - centralBefore);
      cpuMall.add(mall.cpu() - mallBefore);
      seconds.add(mall.timer("full").seconds() - before.seconds());
      wire.add(sum(mall.relay().take("/sync/full")));
    }
    print(
        "full sync in the mall until the data is in place: %s s, %.1f MB of JSON/s (median), %s bytes"
            + " on the wire",
        seconds, megabytes / seconds.median(), wire);
    print(
        "processor time of a full sync with the verification after it: mall %s s, central %s s;"
            + " load average %s",
        cpuMall, cpuCentral, Machine.load());
    long idleCentral = central.heap().live();
    long idleMall = mall.heap().live();
    Thread sampler = sampler();
    resync();
    sampler.interrupt();
    sampler.join();
    GcLog.Peak peakCentral = central.heap().peak();
    GcLog.Peak peakMall = mall.heap().peak();
    print(
        "heap of central: live %d MB idle, at most %d MB live and %d MB used in a full sync",
        idleCentral, peakCentral.live(), peakCentral.used());
    print(
        "heap of the mall: live %d MB idle, at most %d MB live and %d MB used in a full sync",
        idleMall, peakMall.live(), peakMall.used());
  }

  private SyncPeers.Download curl(boolean gzip) throws Exception {
    Samples seconds = new Samples();
    SyncPeers.Download last = null;
    for (int i = 0; i < repetitions; i++) {
      last = SyncPeers.curl(central, full, gzip);
      seconds.add(last.seconds());
    }
    print(
        "curl reads it%s: %,d bytes, %s s, %.1f MB/s on the wire (median)",
        gzip ? " as gzip" : "", last.bytes(), seconds, last.bytes() / 1e6 / seconds.median());
    return last;
  }

  private void resync() throws Exception {
    BenchMall.Timer before = mall.timer("full");
    mall.resync();
    while (mall.timer("full").count() == before.count()) {
      Thread.sleep(50);
    }
    // the delta and the verification that follow belong to it
    String synced = mall.state().path("synced_at").asText();
    mall.await(sync -> sync.path("verified_at").asText().compareTo(synced) >= 0);
  }

  /** Makes both collect their garbage again and again, so that what is live is in their logs. */
  private Thread sampler() {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  mall.heap().collect();
                  central.heap().collect();
                  Thread.sleep(100);
                }
              } catch (InterruptedException e) {
                // enough
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            },
            "sampler");
    thread.start();
    return thread;
  }

  /** One changed document: bytes and requests, beside everything anew and beside rsync. */
  private void oneChange() throws Exception {
    Path before = SyncPeers.keep(central, full, "before.json");
    for (int i = 0; i < repetitions; i++) {
      Change change = change(1);
      String document = Merchants.json(0, revision);
      print(
          "one document of %d bytes changed: %d request(s), body %d bytes on the wire, with heads %d"
              + " bytes (request %d, answer %d); body as it is without gzip %d bytes, %d beyond the"
              + " document",
          document.length(),
          change.requests.size(),
          change.requests.stream().mapToLong(Relay.Exchange::body).sum(),
          sum(change.requests),
          change.requests.stream().mapToLong(Relay.Exchange::up).sum(),
          change.requests.stream().mapToLong(Relay.Exchange::head).sum(),
          change.plain.length,
          change.plain.length - document.length());
    }
    Path after = SyncPeers.keep(central, full, "after.json");
    SyncPeers.pouchdb(before, after).ifPresent(System.out::println);
    SyncPeers.rsync(after, before)
        .ifPresent(bytes -> print("rsync of the answer of a full sync: %,d bytes", bytes));
  }

  /**
   * A step of central that the mall has followed.
   *
   * @param plain the answer's body for a caller that takes no gzip
   */
  private record Change(
      List<Relay.Exchange> requests, byte[] plain, String deltaPath, BenchMall.Timer timer) {}

  private Change change(int count) throws Exception {
    String from = mall.state().path("cursor").asText();
    BenchMall.Timer before = mall.timer("delta");
    mall.relay().take(SYNC);
    String to = central.upload(mall.entity(), Merchants.changed(count, documents, ++revision));
    mall.awaitCursor(to);
    BenchMall.Timer after = mall.timer("delta");
    while (after.count() == before.count()) {
      Thread.sleep(5);
      after = mall.timer("delta");
    }
    List<Relay.Exchange> requests = mall.relay().take(SYNC);
    String path =
        "/api/orchestrators/sync/delta?entity_id=" + mall.entity() + "&limit=5000&cursor=" + from;
    BenchMall.Timer own =
        new BenchMall.Timer(after.count() - before.count(), after.seconds() - before.seconds());
    return new Change(requests, central.get(path), path, own);
  }

  /** Deltas of growing length. */
  private void deltas() throws Exception {
    for (int count : CHANGES) {
      Samples answer = new Samples();
      Samples whole = new Samples();
      Samples apply = new Samples();
      Samples bytes = new Samples();
      Samples requests = new Samples();
      for (int i = 0; i < repetitions; i++) {
        Change change = change(count);
        for (int j = 0; j < repetitions; j++) {
          long begun = System.nanoTime();
          central.get(change.deltaPath);
          answer.add((System.nanoTime() - begun) / 1e6);
        }
        double waited = change.requests.stream().mapToDouble(Relay.Exchange::millis).sum();
        whole.add(change.timer.seconds() * 1e3);
        apply.add(change.timer.seconds() * 1e3 - waited);
        bytes.add(sum(change.requests));
        requests.add(change.requests.size());
      }
      print(
          "delta of %,d of %,d: central answers in %s ms; the mall needs %s ms, %s ms of that besides"
              + " waiting for the answer; %s request(s), %s bytes",
          count, documents, answer, whole, apply, requests, bytes);
    }
  }

  /** A comparison that finds nothing, beside the health check. */
  private void nothingChanged() throws Exception {
    String token = central.token(Role.ORCHESTRATOR, mall.entity());
    for (int round = 0; round < 3; round++) {
      HttpLoad.Result health = load("/health", token);
      HttpLoad.Result checksum =
          load("/api/orchestrators/sync/checksum?entity_id=" + mall.entity(), token);
      print(
          "one after the other: GET sync/checksum p50 %.2f ms, p99 %.2f ms; GET /health p50 %.2f ms,"
              + " p99 %.2f ms; refused %d",
          checksum.p50(),
          checksum.p99(),
          health.p50(),
          health.p99(),
          checksum.refused() + health.refused());
    }
  }

  private HttpLoad.Result load(String path, String token) throws Exception {
    byte[] request =
        ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token)
            .concat("\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8);
    Iterator<byte[]> requests = Stream.generate(() -> request).iterator();
    return new HttpLoad(central.port(), 1, requests, null).run(3);
  }

  /** One document that is wrong in the mall without its knowledge. */
  private void silentDamage() throws Exception {
    for (int i = 0; i < Math.min(3, repetitions); i++) {
      String right = mall.state().path("checksum").asText();
      mall.stop();
      String id = Merchants.id((i + 1) * documents / 7);
      SilentDamage.inflict(mall.data(), mall.entity(), "merchants", id);
      mall.relay().take(SYNC);
      long begun = System.nanoTime();
      mall.start();
      mall.await(sync -> sync.path("checksum").asText().equals(right));
      double seconds = (System.nanoTime() - begun) / 1e9;
      mall.await(
          sync -> sync.path("ready").asBoolean() && sync.path("damaged_buckets").asInt() == 0);
      // A delta may come before it, when the mall was stopped with something still to be told.
      List<Relay.Exchange> requests =
          mall.relay().take(SYNC).stream()
              .dropWhile(request -> !request.line().contains("/sync/checksum"))
              .toList();
      print(
          "one silently wrong document: mended with %d requests and %,d bytes (bodies %,d), %.1f s"
              + " after the start of the mall's process",
          requests.size(),
          sum(requests),
          requests.stream().mapToLong(Relay.Exchange::body).sum(),
          seconds);
      requests.forEach(r -> print("  %s: %d bytes", r.line(), r.bytes()));
    }
  }

  private static long sum(List<Relay.Exchange> requests) {
    return requests.stream().mapToLong(Relay.Exchange::bytes).sum();
  }

  private static void print(String format, Object... figures) {
    System.out.printf(Locale.ROOT, format + "%n", figures);
  }
}

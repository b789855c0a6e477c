package dev.drover.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A mall that is alone for a month, with the heap that is shipped: forty beacons hand in their
 * access logs at its door while the line to central is cut, then the line is mended and all of it
 * goes up. In both phases the mall is killed with kill -9 again and again. Central finds each log
 * once, in the order of its beacon and whole, or this ends with 1. Usage: {@code MonthBench [logs]
 * [queue] [seconds between kills] [seed]}, in the repository.
 */
public final class MonthBench {
  private static final int BEACONS = 40;

  /** Kills in each phase at least, however short it is. */
  private static final int LEAST_KILLS = 3;

  private static final long NO_PROGRESS = TimeUnit.MINUTES.toNanos(5);

  private final int each;
  private final String queue;
  private final int between;
  private final long seed;
  private final Random random;
  private final Path directory;
  private final MemoryChart chart = new MemoryChart();
  private final long begin = System.nanoTime();
  private final MonthCheck check;
  private final UploadReceiver central;
  private final MonthMall mall;
  private int kills;

  private MonthBench(int logs, String queue, int between, long seed) throws IOException {
    this.each = (logs + BEACONS - 1) / BEACONS;
    this.queue = queue;
    this.between = between;
    this.seed = seed;
    this.random = new Random(seed);
    this.directory = Path.of("bench/target/month", queue).toAbsolutePath();
    this.check = new MonthCheck(seed, BEACONS, this::key);
    this.central = new UploadReceiver(check::take);
    this.mall = new MonthMall(central.url(), queue, directory.resolve("mall"));
  }

  private KeyPair key() {
    return central.key();
  }

  /** Runs it; ends with 1 when a log is lost, doubled, out of order or damaged. */
  public static void main(String[] args) throws Exception {
    int logs = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    String queue = args.length > 1 ? args[1] : "mqtt";
    int between = args.length > 2 ? Integer.parseInt(args[2]) : 120;
    long seed = args.length > 3 ? Long.parseLong(args[3]) : System.nanoTime() % 1_000_000;
    System.out.println(Machine.line());
    print("%,d logs, %s, a kill every %d s, seed %d", logs, queue, between, seed);
    MonthBench bench = new MonthBench(logs, queue, between, seed);
    // Whoever ends this by a signal wants no mall that stays.
    Runtime.getRuntime().addShutdownHook(new Thread(bench.mall::close));
    boolean good = false;
    try {
      good = bench.run();
    } catch (Exception e) {
      e.printStackTrace(System.out);
      print(
          "at central when it failed: %,d logs, first fault: %s",
          bench.check.logs(), bench.check.fault());
    } finally {
      bench.mall.close();
    }
    System.exit(good ? 0 : 1);
  }

  private boolean run() throws Exception {
    ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor();
    mall.start();
    sampler.scheduleAtFixedRate(this::sample, 0, 2, TimeUnit.SECONDS);
    try (MonthFleet fleet = new MonthFleet(mall.port(), BEACONS, each, seed)) {
      fleet.meetTheMall();
      central.goAway();
      double start = now();
      fleet.start();
      long all = (long) each * BEACONS;
      during(all, fleet::accepted, fleet::check);
      fleet.awaitAll();
      double collected = now() - start;
      int killed = kills;
      print(
          "collected: %,d logs in %,d batches in %.1f min, %.0f logs/s, %d kills, other answers %s; %s",
          fleet.accepted(),
          fleet.batches(),
          collected / 60,
          fleet.accepted() / collected,
          killed,
          fleet.refusals(),
          mall.ledger());
      double mended = now();
      chart.mended(mended);
      central.comeBack();
      during(all, check::logs, () -> {});
      double drained = now() - mended;
      MonthMall.Ledger ledger = settled();
      mall.stop();
      sampler.shutdown();
      print(
          "drained: %.1f min, %.0f logs/s, %d kills; %s",
          drained / 60, all / drained, kills - killed, ledger);
      return summary(fleet, ledger);
    } finally {
      sampler.shutdownNow();
      chart.write(
          directory,
          "A month alone: resident memory of a mall with %s, seed %d".formatted(queue, seed));
    }
  }

  private boolean summary(MonthFleet fleet, MonthMall.Ledger ledger) {
    // An answer "duplicate" can be lost, too; then the same item is a duplicate once more.
    boolean counted =
        ledger.settled()
            && ledger.stored() + ledger.duplicate() == check.items()
            && ledger.duplicate() <= check.repeated();
    boolean good =
        counted
            && check.lost(each) == 0
            && check.doubled() == 0
            && check.outOfOrder() == 0
            && check.damaged() == 0
            && check.batches() == fleet.batches();
    print(
        "%s: %,d logs in %,d batches, %,d MB, %s, %d kills, %.1f min, %.0f logs/s in all, resident at"
            + " most %.0f MB%s; lost %d, doubled %d, out of order %d, damaged %d; uploads that came"
            + " again %d, of which the ledger counts %d; load average %s; seed %d",
        good ? "GOOD" : "BAD",
        check.logs(),
        check.batches(),
        check.bytes() / 1_000_000,
        queue,
        kills,
        now() / 60,
        check.logs() / now(),
        chart.mostOfMall(),
        chart.mostOfChild() > 0 ? " and its Kafka %.0f MB".formatted(chart.mostOfChild()) : "",
        check.lost(each),
        check.doubled(),
        check.outOfOrder(),
        check.damaged(),
        check.repeated(),
        ledger.duplicate(),
        load(),
        seed);
    if (!check.fault().isEmpty()) {
      print("the first fault: %s", check.fault());
    }
    if (!counted) {
      print("the ledger does not agree: %s; different items at central %,d", ledger, check.items());
    }
    return good;
  }

  private static String load() {
    try {
      return Machine.load();
    } catch (IOException e) {
      return "unknown";
    }
  }

  private interface Look {
    void look() throws Exception;
  }

  /** Kills and starts the mall until so many are there: after times and at shares of the way. */
  private void during(long all, LongSupplier there, Look look) throws Exception {
    List<Long> shares = new ArrayList<>();
    for (int i = 0; i < LEAST_KILLS; i++) {
      shares.add((long) (all * (i + random.nextDouble()) / LEAST_KILLS));
    }
    double next = now() + pause();
    long last = -1;
    long progress = System.nanoTime();
    while (there.getAsLong() < all) {
      look.look();
      mall.check();
      if (there.getAsLong() > last) {
        last = there.getAsLong();
        progress = System.nanoTime();
      } else if (System.nanoTime() - progress > NO_PROGRESS) {
        throw new IOException("no progress for 5 minutes at " + last + " of " + all);
      }
      boolean share = !shares.isEmpty() && last >= shares.get(0);
      if (share || now() >= next) {
        if (share) {
          shares.remove(0);
        }
        kill();
        next = now() + pause();
      }
      Thread.sleep(20);
    }
  }

  private double pause() {
    return between * (0.5 + random.nextDouble());
  }

  private void kill() throws IOException, InterruptedException {
    kills++;
    chart.kill(now());
    mall.kill();
    double start = now();
    mall.start();
    print("  kill %d after %.0f s, healthy again after %.1f s", kills, start, now() - start);
  }

  /** The mall has heard of all of it. */
  private MonthMall.Ledger settled() throws Exception {
    long limit = System.nanoTime() + NO_PROGRESS;
    MonthMall.Ledger ledger = mall.ledger();
    while (!ledger.settled() && System.nanoTime() < limit) {
      mall.check();
      Thread.sleep(500);
      ledger = mall.ledger();
    }
    return ledger;
  }

  private void sample() {
    double[] resident = mall.resident();
    chart.add(now(), resident[0], resident[1]);
  }

  private double now() {
    return (System.nanoTime() - begin) / 1e9;
  }

  private static void print(String format, Object... figures) {
    System.out.printf(Locale.ROOT, format + "%n", figures);
  }
}

package dev.drover.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/**
 * How fast a mall hands its access logs to a real central, which opens, checks and stores them: the
 * line is cut, beacons report at the door, the line is mended. Usage: {@code BacklogBench [reports]
 * [logs] [beacons] [rounds]}, in the repository; {@code logs} is the size of a report.
 */
public final class BacklogBench {
  private static final Path DIRECTORY = Path.of("bench/target/backlog").toAbsolutePath();
  private static final int CLIENTS = 32;
  private static final long PATIENCE = 600_000_000_000L;

  private BacklogBench() {}

  /** Runs the benchmark. */
  public static void main(String[] args) throws Exception {
    int reports = args.length > 0 ? Integer.parseInt(args[0]) : 20_000;
    int logs = args.length > 1 ? Integer.parseInt(args[1]) : 1;
    int count = args.length > 2 ? Integer.parseInt(args[2]) : 100;
    int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 3;
    System.out.println(Machine.line());
    try (BenchCentral central = new BenchCentral();
        Relay line = new Relay(central.port())) {
      DoorMall mall = new DoorMall(DIRECTORY, "http://127.0.0.1:" + line.port());
      BenchBeacons beacons = new BenchBeacons(mall.port(), count, CLIENTS);
      beacons.register();
      await(mall, 0);
      Samples drain = new Samples();
      for (int round = 0; round < rounds; round++) {
        line.cut();
        long start = System.nanoTime();
        int accepted = beacons.report(PATIENCE, reports, logs);
        double door = accepted * logs / seconds(start);
        long waiting = pending(mall);
        double mallCpu = Machine.cpu(mall.process());
        double centralCpu = central.cpu();
        line.mend();
        await(mall, waiting - 1);
        start = System.nanoTime();
        await(mall, 0);
        double rate = accepted * logs / seconds(start);
        double each = 1e3 / accepted;
        System.out.printf(
            Locale.ROOT,
            "%,d reports of %d: door %.0f logs/s; uplink %.0f logs/s, %.2f ms of the mall's"
                + " processor time for a report and %.2f ms of central's; load average %s%n",
            accepted,
            logs,
            door,
            rate,
            (Machine.cpu(mall.process()) - mallCpu) * each,
            (central.cpu() - centralCpu) * each,
            Machine.load());
        // The first round is for the compilers.
        if (round > 0) {
          drain.add(rate);
        }
      }
      System.out.printf(
          Locale.ROOT,
          "uplink %s logs/s; resident %.0f MB; %s%n",
          drain,
          Machine.resident(mall.process().pid()),
          UplinkItems.ledger(mall.data()));
      Machine.stop(mall.process());
    }
    System.exit(0);
  }

  /** Waits until not more than so many writes are on their way. */
  private static void await(DoorMall mall, long most) throws Exception {
    long start = System.nanoTime();
    while (pending(mall) > most) {
      if (!mall.process().isAlive() || System.nanoTime() - start > PATIENCE) {
        throw new IOException("the uplink does not get there: " + pending(mall) + " wait");
      }
      Thread.sleep(20);
    }
  }

  private static long pending(DoorMall mall) throws SQLException {
    try (Connection open =
            DriverManager.getConnection("jdbc:sqlite:" + mall.data().resolve("mall.db"));
        Statement statement = open.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FROM uplink_items WHERE type = 'access_logs'")) {
      return row.getLong(1);
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }
}

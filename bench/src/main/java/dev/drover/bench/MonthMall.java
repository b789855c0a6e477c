package dev.drover.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A real orchestrator with the Java options that are shipped; it can be killed with kill -9. */
final class MonthMall implements AutoCloseable {
  private final Path data;
  private final Map<String, String> environment = new HashMap<>();
  private Process process;
  private int starts;

  /**
   * A mall with an empty data directory, which is not started yet.
   *
   * @param queue {@code mqtt} or {@code kafka}
   */
  MonthMall(String central, String queue, Path data) throws IOException {
    this.data = data;
    Machine.delete(data);
    environment.put("DROVER_HOME", Path.of("").toAbsolutePath().toString());
    for (String door : List.of("", "GRPC_", "MANAGEMENT_", "MQTT_", "KAFKA_")) {
      environment.put("DROVER_" + door + "PORT", String.valueOf(Machine.freePort()));
    }
    // As image and unit file set it.
    environment.put("MALLOC_ARENA_MAX", "2");
    environment.put("ENTITY_ID", "bench-mall");
    environment.put("ORCHESTRATOR_ID", "bench-orchestrator");
    environment.put("CENTRAL_SERVER_URL", central);
    environment.put("DROVER_QUEUE", queue);
    environment.put("DROVER_FIRMWARE", data.resolve("firmware").toString());
    // A month is handed in within minutes, by beacons of one address, whose nonces do not outlive
    // the mall.
    environment.put("DROVER_LIMITS_CHALLENGES", "999999/1m");
    environment.put("DROVER_LIMITS_BEACON_REQUESTS", "999999/1m");
    environment.put("DROVER_LIMITS_FAILED_SIGNATURES", "999999/1m");
  }

  /** Starts it and waits until it is healthy. */
  void start() throws IOException, InterruptedException {
    starts++;
    Process started =
        Machine.start(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "@config/jvm/orchestrator.options",
                "-jar",
                "orchestrator/target/drover-orchestrator.jar"),
            environment,
            data,
            "console-" + starts + ".log");
    synchronized (this) {
      process = started;
    }
    Machine.await(started, url() + "/health");
  }

  int port() {
    return Integer.parseInt(environment.get("DROVER_PORT"));
  }

  private String url() {
    return "http://127.0.0.1:" + port();
  }

  /**
   * That it has not ended by itself.
   *
   * @throws IOException when it has
   */
  synchronized void check() throws IOException {
    if (!process.isAlive()) {
      throw new IOException(
          "the mall ended with " + process.exitValue() + "; see console-" + starts + ".log");
    }
  }

  /** kill -9, its children included. */
  synchronized void kill() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(one -> one.onExit().join());
  }

  /** Resident memory of the mall and of its children, in MB. */
  synchronized double[] resident() {
    return new double[] {
      resident(process.toHandle()), process.descendants().mapToDouble(MonthMall::resident).sum()
    };
  }

  private static double resident(ProcessHandle process) {
    try {
      return Machine.resident(process.pid());
    } catch (IOException e) {
      // It has just ended.
      return 0;
    }
  }

  /** What the ledger of the mall's uplink says, also while it runs. */
  Ledger ledger() throws SQLException {
    try (Connection open = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("mall.db"));
        Statement statement = open.createStatement()) {
      statement.execute("PRAGMA busy_timeout=5000");
      Map<String, Long> counts = new HashMap<>();
      try (var rows =
          statement.executeQuery(
              "SELECT name, value FROM uplink_counts UNION ALL SELECT 'pending', count(*) FROM"
                  + " uplink_items")) {
        while (rows.next()) {
          counts.put(rows.getString(1), rows.getLong(2));
        }
      }
      return new Ledger(
          counts.getOrDefault("accepted", 0L),
          counts.getOrDefault("stored", 0L),
          counts.getOrDefault("duplicate", 0L),
          counts.getOrDefault("superseded", 0L),
          counts.getOrDefault("parked", 0L),
          counts.get("pending"));
    }
  }

  /** The counts of the uplink. */
  record Ledger(
      long accepted, long stored, long duplicate, long superseded, long parked, long pending) {
    /** Whether all that was accepted is at central, and nothing waits. */
    boolean settled() {
      return pending == 0 && parked == 0 && accepted == stored + duplicate + superseded;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "accepted %,d = stored %,d + duplicate %,d + superseded %,d; parked %,d, pending %,d",
          accepted,
          stored,
          duplicate,
          superseded,
          parked,
          pending);
    }
  }

  /** Ends it as an operator would. */
  void stop() throws InterruptedException {
    process.destroy();
    process.waitFor(90, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    if (process != null) {
      kill();
    }
  }
}

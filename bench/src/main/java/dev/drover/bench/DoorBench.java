package dev.drover.bench;

import dev.drover.engine.crypto.FileKeyProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;

/**
 * How many access logs a second the mall's door accepts, each durable before its answer, beside
 * bare MQTT publishes with QoS 1 to the same broker, each confirmed before the next of its client;
 * and what a mall with so many beacons takes. Usage: {@code DoorBench [beacons] [clients] [seconds]
 * [rounds]}, in the repository.
 */
public final class DoorBench {
  private static final Path DIRECTORY = Path.of("bench/target/door").toAbsolutePath();
  private static final String JAVA = System.getProperty("java.home") + "/bin/java";
  private static final String TOPIC = "bench/door";

  private final int clients;
  private final long nanos;

  private DoorBench(int clients, int seconds) {
    this.clients = clients;
    this.nanos = seconds * 1_000_000_000L;
  }

  /** Runs the benchmark. */
  public static void main(String[] args) throws Exception {
    int beacons = args.length > 0 ? Integer.parseInt(args[0]) : 500;
    int clients = args.length > 1 ? Integer.parseInt(args[1]) : 32;
    int seconds = args.length > 2 ? Integer.parseInt(args[2]) : 10;
    int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 4;
    System.out.println(Machine.line());
    Machine.delete(DIRECTORY);
    try (UploadReceiver central = new UploadReceiver()) {
      Map<String, String> environment = environment(central);
      Process mall =
          Machine.start(
              List.of(
                  JAVA,
                  "@config/jvm/orchestrator.options",
                  "-jar",
                  "orchestrator/target/drover-orchestrator.jar"),
              environment,
              DIRECTORY);
      String url = "http://127.0.0.1:" + environment.get("DROVER_PORT");
      Machine.await(mall, url + "/health");
      new DoorBench(clients, seconds).run(mall, url, environment, beacons, rounds);
      Machine.stop(mall);
    }
    System.exit(0);
  }

  private static Map<String, String> environment(UploadReceiver central) throws IOException {
    Map<String, String> environment = new HashMap<>();
    environment.put("DROVER_HOME", Path.of("").toAbsolutePath().toString());
    for (String door : List.of("", "GRPC_", "MANAGEMENT_", "MQTT_")) {
      environment.put("DROVER_" + door + "PORT", String.valueOf(Machine.freePort()));
    }
    environment.put("ENTITY_ID", "bench-mall");
    environment.put("ORCHESTRATOR_ID", "bench-orchestrator");
    environment.put("CENTRAL_SERVER_URL", central.url());
    environment.put("DROVER_FIRMWARE", DIRECTORY.resolve("firmware").toString());
    environment.put("DROVER_LIMITS_CHALLENGES", "999999/1m");
    environment.put("DROVER_LIMITS_BEACON_REQUESTS", "999999/1m");
    return environment;
  }

  private void run(Process mall, String url, Map<String, String> environment, int count, int rounds)
      throws Exception {
    List<BenchBeacon> beacons = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      beacons.add(new BenchBeacon(url, "gate-" + i));
    }
    long start = System.nanoTime();
    all(beacons, BenchBeacon::register);
    double registrations = count / seconds(start);
    print(
        "%d beacons: %.0f registrations/s, resident %.0f MB",
        count, registrations, Machine.resident(mall.pid()));
    awaitKeys(beacons.get(0));
    Samples door = new Samples();
    Samples bare = new Samples();
    for (int round = 0; round < rounds; round++) {
      double cpu = Machine.cpu(mall);
      double rate = door(beacons);
      double used = Machine.cpu(mall) - cpu;
      double publishes = bare(environment);
      print(
          "door %.0f items/s, %.2f ms of the mall's processor time each; MQTT %.0f messages/s;"
              + " load average %s",
          rate, used * 1e3 / (rate * nanos / 1e9), publishes, Machine.load());
      // The first round is for the compilers.
      if (round > 0) {
        door.add(rate);
        bare.add(publishes);
      }
    }
    print(
        "door %s items/s, bare MQTT %s messages/s, ratio of the medians %.2f; resident %.0f MB",
        door, bare, door.median() / bare.median(), Machine.resident(mall.pid()));
  }

  /** The mall seals access logs, and has the key for that as soon as it has met central. */
  private static void awaitKeys(BenchBeacon beacon) throws Exception {
    for (int attempt = 0; ; attempt++) {
      try {
        beacon.report();
        return;
      } catch (IOException e) {
        if (attempt == 60) {
          throw e;
        }
        Thread.sleep(500);
      }
    }
  }

  /** Access logs accepted a second; each client speaks for its share of the beacons in turn. */
  private double door(List<BenchBeacon> beacons) throws Exception {
    AtomicLong accepted = new AtomicLong();
    long start = System.nanoTime();
    each(
        client -> {
          for (int i = client; System.nanoTime() - start < nanos; i += clients) {
            beacons.get(i % beacons.size()).report();
            accepted.incrementAndGet();
          }
        });
    return accepted.get() / seconds(start);
  }

  /** Messages a second that the broker confirms; a sleeping reader's queue keeps them. */
  private double bare(Map<String, String> environment) throws Exception {
    String url = "tcp://127.0.0.1:" + environment.get("DROVER_MQTT_PORT");
    byte[] secret = new FileKeyProvider(DIRECTORY.resolve("keys")).secret("mqtt-internal");
    String password = HexFormat.of().formatHex(secret);
    MqttClient reader = client(url, "drover-bench-reader", password);
    reader.subscribe(TOPIC, 1);
    reader.disconnect();
    byte[] message = new byte[BenchBeacon.SIZE];
    AtomicLong confirmed = new AtomicLong();
    long start = System.nanoTime();
    each(
        number -> {
          MqttClient writer = client(url, "drover-bench-" + number, password);
          while (System.nanoTime() - start < nanos) {
            writer.publish(TOPIC, message, 1, false);
            confirmed.incrementAndGet();
          }
          writer.disconnect();
        });
    double rate = confirmed.get() / seconds(start);
    MqttClient cleaner = client(url, "drover-bench-reader", password);
    cleaner.unsubscribe(TOPIC);
    cleaner.disconnect();
    return rate;
  }

  private static MqttClient client(String url, String id, String password) throws Exception {
    MqttClient client = new MqttClient(url, id, new MemoryPersistence());
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setCleanStart(false);
    options.setSessionExpiryInterval(3600L);
    options.setUserName("drover");
    options.setPassword(password.getBytes(StandardCharsets.UTF_8));
    client.connect(options);
    return client;
  }

  private interface Work {
    void run(int client) throws Exception;
  }

  private interface Step {
    void run(BenchBeacon beacon) throws Exception;
  }

  private void all(List<BenchBeacon> beacons, Step step) throws Exception {
    each(
        client -> {
          for (int i = client; i < beacons.size(); i += clients) {
            step.run(beacons.get(i));
          }
        });
  }

  private void each(Work work) throws Exception {
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

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static void print(String format, Object... figures) {
    System.out.printf(Locale.ROOT, format + "%n", figures);
  }
}

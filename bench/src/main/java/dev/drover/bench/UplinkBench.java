package dev.drover.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How fast a mall that was alone tells central what waited, beside a loop without Camel, store or
 * ledger under the same Java options; then with a backlog of a month. Usage: {@code UplinkBench
 * [items] [repetitions] [backlog] [bytes]}, in the repository; a backlog of 0 leaves that part out,
 * and with a size of the writes in bytes there is only the mall.
 */
public final class UplinkBench {
  private static final Path DIRECTORY = Path.of("bench/target/uplink").toAbsolutePath();
  private static final String JAVA = System.getProperty("java.home") + "/bin/java";
  private static final String OPTIONS = "@config/jvm/orchestrator.options";

  private final UploadReceiver central;
  private final int bytes;
  private double mostResident;

  private UplinkBench(UploadReceiver central, int bytes) {
    this.central = central;
    this.bytes = bytes;
  }

  /** Runs the benchmark. */
  public static void main(String[] args) throws Exception {
    int items = args.length > 0 ? Integer.parseInt(args[0]) : 50_000;
    int repetitions = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    int backlog = args.length > 2 ? Integer.parseInt(args[2]) : 1_000_000;
    int bytes = args.length > 3 ? Integer.parseInt(args[3]) : 0;
    System.out.println(Machine.line());
    try (UploadReceiver central = new UploadReceiver()) {
      UplinkBench bench = new UplinkBench(central, bytes);
      Samples mall = new Samples();
      Samples bare = new Samples();
      for (int i = 0; i < repetitions; i++) {
        if (bytes == 0) {
          bare.add(bench.bare(items));
        }
        mall.add(bench.mall(items));
      }
      if (bytes > 0) {
        print("%,d items of %,d bytes: mall %s items/s", items, bytes, mall);
      } else {
        print(
            "%,d items: mall %s items/s, bare loop %s items/s, ratio of the medians %.2f; load"
                + " average %s",
            items, mall, bare, mall.median() / bare.median(), Machine.load());
      }
      if (backlog > 0) {
        double rate = bench.mall(backlog);
        print(
            "backlog of %,d items: %.0f items/s, %.0f s, %s; resident at most %.0f MB",
            backlog, rate, central.seconds(), central.order(), bench.mostResident);
      }
    }
    System.exit(0);
  }

  private double bare(int items) throws Exception {
    Path data = DIRECTORY.resolve("bare");
    Machine.delete(data);
    central.reset();
    Process process =
        Machine.start(
            List.of(
                JAVA,
                OPTIONS,
                "-cp",
                System.getProperty("java.class.path"),
                BareUplink.class.getName(),
                data.toString(),
                String.valueOf(Machine.freePort()),
                central.url(),
                String.valueOf(items)),
            Map.of(),
            data);
    return drain(process, items);
  }

  private double mall(int items) throws Exception {
    Path data = DIRECTORY.resolve("mall");
    Machine.delete(data);
    Map<String, String> environment = environment(data);
    // Once for its tables, with nobody to talk to.
    environment.put("CENTRAL_SERVER_URL", "http://127.0.0.1:" + Machine.freePort());
    Process process = start(environment, data);
    Machine.await(process, "http://127.0.0.1:" + environment.get("DROVER_PORT") + "/health");
    Machine.stop(process);
    UplinkItems.queue(data, items, bytes);
    central.reset();
    environment.put("CENTRAL_SERVER_URL", central.url());
    process = start(environment, data);
    double rate = drain(process, items);
    print("mall: %s", UplinkItems.ledger(data));
    return rate;
  }

  private static Map<String, String> environment(Path data) throws IOException {
    Map<String, String> environment = new HashMap<>();
    environment.put("DROVER_HOME", Path.of("").toAbsolutePath().toString());
    for (String door : List.of("", "GRPC_", "MANAGEMENT_", "MQTT_")) {
      environment.put("DROVER_" + door + "PORT", String.valueOf(Machine.freePort()));
    }
    environment.put("ENTITY_ID", "bench-mall");
    environment.put("ORCHESTRATOR_ID", "bench-orchestrator");
    environment.put("DROVER_FIRMWARE", data.resolve("firmware").toString());
    return environment;
  }

  private static Process start(Map<String, String> environment, Path data) throws IOException {
    return Machine.start(
        List.of(JAVA, OPTIONS, "-jar", "orchestrator/target/drover-orchestrator.jar"),
        environment,
        data);
  }

  /** Items per second from the first request to the last. */
  private double drain(Process process, int items) throws Exception {
    mostResident = 0;
    while (!central.has(items)) {
      if (!process.isAlive()) {
        throw new IOException("the process ended after " + central.items() + " items");
      }
      central.await(items, 1000);
      if (process.isAlive()) {
        mostResident = Math.max(mostResident, Machine.resident(process.pid()));
      }
    }
    double rate = items / central.seconds();
    print(
        "  %,d items in %.1f s, %.0f items/s, %s, %.1f s of processor time, resident %.0f MB",
        items, central.seconds(), rate, central.order(), Machine.cpu(process), mostResident);
    Machine.stop(process);
    return rate;
  }

  private static void print(String format, Object... figures) {
    System.out.printf(Locale.ROOT, format + "%n", figures);
  }
}

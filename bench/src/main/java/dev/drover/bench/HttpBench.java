package dev.drover.bench;

import dev.drover.proto.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Requests per second: a YAML route beside a bare Vert.x handler, then registrations and heartbeats
 * of a real central. Usage: {@code HttpBench [seconds] [registrations]}, in the repository.
 */
public final class HttpBench {
  private static final int CONNECTIONS = 64;
  private static final int ROUNDS = 3;

  private HttpBench() {}

  /** Runs the benchmark, or with {@code route PORT} or {@code bare PORT} a server under test. */
  public static void main(String[] args) throws Exception {
    if (args.length == 2 && args[0].equals("route")) {
      EchoServer.route(Integer.parseInt(args[1]), Path.of("bench/routes"));
      return;
    }
    if (args.length == 2 && args[0].equals("bare")) {
      EchoServer.bare(Integer.parseInt(args[1]));
      return;
    }
    double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 5;
    int registrations = args.length > 1 ? Integer.parseInt(args[1]) : 6000;
    System.out.println(Machine.line());
    System.out.printf("%d keep-alive connections, one request in flight on each%n", CONNECTIONS);
    echo(seconds);
    central(seconds, registrations);
    System.exit(0);
  }

  private static void echo(double seconds) throws Exception {
    byte[] request =
        post("/echo", "", "{\"id\":\"a1\",\"name\":\"Bench\",\"xs\":[1,2,3],\"at\":{\"x\":1}}");
    List<Process> servers = new ArrayList<>();
    try {
      List<Integer> ports = new ArrayList<>();
      for (String kind : List.of("route", "bare")) {
        int port = Machine.freePort();
        ports.add(port);
        List<String> command =
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                HttpBench.class.getName(),
                kind,
                String.valueOf(port));
        servers.add(Machine.start(command, Map.of(), Path.of("bench/target/http-" + kind)));
        awaitEcho(port, request);
      }
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round <= ROUNDS; round++) {
        // the first round only warms up
        HttpLoad.Result route = load(ports.get(0), endless(request), seconds);
        HttpLoad.Result bare = load(ports.get(1), endless(request), seconds);
        if (round > 0) {
          print("JSON POST, YAML route", route);
          print("JSON POST, bare Vert.x", bare);
          ratios.add(route.perSecond() / bare.perSecond());
        }
      }
      System.out.printf(
          Locale.ROOT, "ratio of requests/s, route to bare: %.2f%n", Machine.median(ratios));
    } finally {
      for (Process server : servers) {
        Machine.stop(server);
      }
    }
  }

  private static void awaitEcho(int port, byte[] request) throws InterruptedException {
    for (int i = 0; i < 300; i++) {
      try {
        new HttpLoad(port, 1, List.of(request).iterator(), null).run(1);
        return;
      } catch (IOException e) {
        Thread.sleep(100);
      }
    }
    throw new IllegalStateException("the server did not start; see bench/target/http-*");
  }

  private static void central(double seconds, int registrations) throws Exception {
    Path data = Path.of("bench/target/http-central").toAbsolutePath();
    Machine.delete(data);
    int port = Machine.freePort();
    Map<String, String> environment =
        Map.of(
            "DROVER_HOME", Path.of("").toAbsolutePath().toString(),
            "DROVER_PORT", String.valueOf(port),
            "DROVER_MANAGEMENT_PORT", String.valueOf(Machine.freePort()),
            "DROVER_GRPC_PORT", String.valueOf(Machine.freePort()),
            "DROVER_KAFKA_PORT", String.valueOf(Machine.freePort()),
            "DROVER_MONGO_PORT", String.valueOf(Machine.freePort()),
            // a window of a hundred, because a limiter remembers as many requests as it allows
            "DROVER_LIMITS_HEARTBEAT", "100/1s");
    List<String> command =
        List.of(
            System.getProperty("java.home") + "/bin/java",
            "@config/jvm/central.options",
            "-jar",
            "central/target/drover-central.jar");
    List<Orchestrator> malls =
        IntStream.range(0, registrations).parallel().mapToObj(Orchestrator::numbered).toList();
    Process central = Machine.start(command, environment, data);
    try {
      Machine.await(central, "http://127.0.0.1:" + port + "/health");
      List<String> beats = new ArrayList<>();
      int third = registrations / 3;
      registrations(port, malls.subList(0, third), beats);
      print(
          "registration, new key and id",
          registrations(port, malls.subList(third, registrations), beats));
      List<byte[]> heartbeats = heartbeats(beats);
      load(port, Stream.generate(heartbeats::stream).flatMap(s -> s).iterator(), seconds);
      for (int round = 0; round < ROUNDS; round++) {
        print(
            "heartbeat, %d orchestrators in turn".formatted(heartbeats.size()),
            load(port, Stream.generate(heartbeats::stream).flatMap(s -> s).iterator(), seconds));
      }
    } finally {
      Machine.stop(central);
    }
  }

  private static HttpLoad.Result registrations(
      int port, List<Orchestrator> malls, List<String> answers) throws IOException {
    Iterator<byte[]> requests = malls.stream().map(Orchestrator::registration).iterator();
    return new HttpLoad(port, CONNECTIONS, requests, (status, body) -> answers.add(body)).run(600);
  }

  private static List<byte[]> heartbeats(List<String> answers) {
    List<byte[]> requests = new ArrayList<>();
    for (String answer : answers) {
      String token = Json.tree(answer.getBytes(StandardCharsets.UTF_8)).path("token").asText();
      if (!token.isEmpty()) {
        requests.add(
            post(
                "/api/orchestrators/heartbeat",
                "Authorization: Bearer " + token + "\r\n",
                Orchestrator.HEARTBEAT));
      }
    }
    return requests;
  }

  private static HttpLoad.Result load(int port, Iterator<byte[]> requests, double seconds)
      throws IOException {
    return new HttpLoad(port, CONNECTIONS, requests, null).run(seconds);
  }

  private static Iterator<byte[]> endless(byte[] request) {
    return Stream.generate(() -> request).iterator();
  }

  /** A POST of JSON as bytes; {@code headers} are whole lines. */
  static byte[] post(String path, String headers, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return ("POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + headers
            + "Content-Length: "
            + bytes.length
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void print(String name, HttpLoad.Result r) throws IOException {
    System.out.printf(
        Locale.ROOT,
        "%-40s %,8.0f/s  p50 %.2f ms  p99 %.2f ms  refused %d  client's thread %.0f %% busy  load"
            + " average %s%n",
        name,
        r.perSecond(),
        r.p50(),
        r.p99(),
        r.refused(),
        r.clientShare() * 100,
        Machine.load());
  }
}

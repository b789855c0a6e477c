package dev.drover.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * SSE fan-out of 1 KB events, ours beside nginx with nchan in the same run with the same client.
 * Usage: {@code SseFanout [seconds] [streams ...]}. Without nginx only ours is measured.
 */
public final class SseFanout {
  private static final String NCHAN = "/usr/lib/nginx/modules/ngx_nchan_module.so";

  private record Result(
      String name,
      double shallow,
      double deep,
      double p50,
      double p99,
      double cpuMicros,
      double clientShare,
      double rssPerStream,
      double heapPerStream) {}

  private SseFanout() {}

  /** Runs the benchmark, or with {@code server PORT} the server under test. */
  public static void main(String[] args) throws Exception {
    if (args.length == 2 && args[0].equals("server")) {
      new FanoutServer().run(Integer.parseInt(args[1]));
      return;
    }
    double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 5;
    List<Integer> sizes =
        args.length > 1
            ? Arrays.stream(args).skip(1).map(Integer::valueOf).toList()
            : List.of(1000, 5000, 10_000);
    System.out.println(Machine.line());
    System.out.println(
        "Events of 1 KB; p50, p99 at 50,000 deliveries/s; ratios are ours to nchan's");
    for (int streams : sizes) {
      compare(streams, seconds);
    }
    System.exit(0);
  }

  private static void compare(int streams, double seconds) throws Exception {
    System.out.printf(Locale.ROOT, "%n%,d streams, load average %s%n", streams, Machine.load());
    Result ours = measure("drover", ours(), streams, seconds);
    print(ours);
    if (!Files.exists(Path.of(NCHAN))) {
      return;
    }
    Result nchan = measure("nchan", nginx(), streams, seconds);
    print(nchan);
    System.out.printf(
        Locale.ROOT,
        "ratio   shallow %.2f  deep %.2f  p50 %.2f  p99 %.2f  CPU per delivery %.2f  RSS %.2f%n",
        ours.shallow / nchan.shallow,
        ours.deep / nchan.deep,
        ours.p50 / nchan.p50,
        ours.p99 / nchan.p99,
        ours.cpuMicros / nchan.cpuMicros,
        ours.rssPerStream / nchan.rssPerStream);
    double busiest = Math.max(ours.clientShare, nchan.clientShare);
    System.out.printf(
        Locale.ROOT,
        "client  its reader thread was %.0f %% busy at the most: %s%n",
        busiest * 100,
        busiest < 0.9 ? "not the bottleneck" : "the client was the bottleneck");
  }

  private record Server(Process process, int port) {}

  private static Server ours() throws IOException {
    int port = freePort();
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(SseFanout.class.getName(), "server", String.valueOf(port)));
    return new Server(start(command), port);
  }

  private static Server nginx() throws IOException {
    int port = freePort();
    Path directory = Files.createTempDirectory("nchan");
    String configuration =
        """
        load_module %s;
        daemon off;
        worker_processes 1;
        worker_rlimit_nofile 20000;
        pid %s/pid;
        error_log %s/error.log;
        events { worker_connections 15000; }
        http {
          access_log off;
          tcp_nodelay on;
          keepalive_requests 1000000000;
          nchan_max_reserved_memory 256M;
          server {
            listen 127.0.0.1:%d;
            location = /sub { nchan_subscriber eventsource; nchan_channel_id bench;
              nchan_subscriber_first_message newest; }
            location = /pub { nchan_publisher; nchan_channel_id bench; nchan_message_buffer_length 2000; }
          }
        }
        """
            .formatted(NCHAN, directory, directory, port);
    Path file = directory.resolve("nginx.conf");
    Files.writeString(file, configuration);
    return new Server(
        start(List.of("/usr/sbin/nginx", "-p", directory.toString(), "-c", file.toString())), port);
  }

  private static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static Result measure(String name, Server server, int streams, double seconds)
      throws Exception {
    try {
      awaitPort(server.port);
      warmUp(server);
      long pid = worker(server.process);
      long rss = rss(pid);
      long heap = heap(server.port);
      try (FanoutClient client = new FanoutClient(server.port, streams)) {
        client.connect();
        double heapPerStream = (heap(server.port) - heap) / (double) streams;
        double rssPerStream = (rss(pid) - rss) * 1024.0 / streams;
        client.saturate(1, seconds / 2);
        long cpu = cpuMillis(pid);
        long clientCpu = client.cpu();
        long begin = System.nanoTime();
        double shallow = client.saturate(1, seconds);
        double wall = System.nanoTime() - begin;
        double cpuMicros = (cpuMillis(pid) - cpu) * 1000.0 / (shallow * wall / 1e9);
        double share = (client.cpu() - clientCpu) / wall;
        double deep = client.saturate(64, seconds);
        client.pace(50_000, seconds);
        return new Result(
            name,
            shallow,
            deep,
            client.quantile(0.5),
            client.quantile(0.99),
            cpuMicros,
            share,
            rssPerStream,
            heap == 0 ? Double.NaN : heapPerStream);
      }
    } finally {
      server.process.destroy();
    }
  }

  /** Fifty streams for some seconds, so that compiled code is compared with compiled code. */
  private static void warmUp(Server server) throws IOException {
    try (FanoutClient client = new FanoutClient(server.port, 50)) {
      client.connect();
      client.saturate(4, 5);
    }
  }

  private static void print(Result r) {
    System.out.printf(
        Locale.ROOT,
        "%-7s shallow %,.0f/s  deep %,.0f/s  at 50,000/s p50 %.2f ms p99 %.2f ms  CPU %.2f us per"
            + " delivery  reader thread of the client %.0f %% busy  RSS %.0f B/stream  heap %.0f"
            + " B/stream%n",
        r.name,
        r.shallow,
        r.deep,
        r.p50,
        r.p99,
        r.cpuMicros,
        r.clientShare * 100,
        r.rssPerStream,
        r.heapPerStream);
  }

  private static long worker(Process process) {
    return process.children().findFirst().map(ProcessHandle::pid).orElse(process.pid());
  }

  private static long cpuMillis(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10;
  }

  private static long rss(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(0);
  }

  private static long heap(int port) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/mem")).build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    return answer.statusCode() == 200 ? Long.parseLong(answer.body()) : 0;
  }

  private static void awaitPort(int port) throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      try {
        new Socket("127.0.0.1", port).close();
        Thread.sleep(500);
        return;
      } catch (IOException e) {
        Thread.sleep(100);
      }
    }
    throw new IllegalStateException("the server did not start");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}

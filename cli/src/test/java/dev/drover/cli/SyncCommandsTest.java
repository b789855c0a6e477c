package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.checksum.EntityDigest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What people see of a mall's data sync. */
class SyncCommandsTest {
  private final List<HttpServer> servers = new ArrayList<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @AfterEach
  void stop() {
    servers.forEach(server -> server.stop(0));
  }

  /** Answers checksum and items of these areas, below this path. */
  private String serving(String below, Map<String, String> areas) throws Exception {
    EntityDigest digest = new EntityDigest();
    areas.forEach((id, json) -> digest.set("areas", id, Checksums.item(json)));
    HttpServer server = server();
    answer(
        server,
        below + "/checksum",
        query -> {
          String sums =
              "\"checksums\":{\"areas\":\""
                  + digest.root("areas")
                  + "\",\"global\":\""
                  + digest.global()
                  + "\"}";
          String buckets = String.join("\",\"", digest.buckets("areas"));
          return query.contains("detail=buckets")
              ? "{\"cursor\":\"7\"," + sums + ",\"buckets\":{\"areas\":[\"" + buckets + "\"]}}"
              : "{\"cursor\":\"7\"," + sums + "}";
        });
    answer(
        server,
        below + "/items",
        query -> {
          StringBuilder text = new StringBuilder("{\"buckets\":{");
          String asked = query.replaceAll(".*buckets=", "").replace("%2C", ",");
          for (String bucket : asked.split(",")) {
            List<String> items =
                areas.entrySet().stream()
                    .filter(e -> bucket.equals(hex(EntityDigest.bucketOf(e.getKey()))))
                    .map(Map.Entry::getValue)
                    .toList();
            text.append(text.charAt(text.length() - 1) == '{' ? "" : ",")
                .append("\"" + bucket + "\":{\"items\":[" + String.join(",", items) + "]}");
          }
          return text.append("}}").toString();
        });
    return url(server);
  }

  private static String hex(int bucket) {
    return String.format("%02x", bucket);
  }

  private interface Answer {
    String to(String query);
  }

  private HttpServer server() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    servers.add(server);
    return server;
  }

  private static String url(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private static void answer(HttpServer server, String path, Answer answer) {
    server.createContext(
        path,
        exchange -> {
          String query = exchange.getRequestURI().getRawQuery();
          byte[] body = answer.to(query == null ? "" : query).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Drover.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private int diff(String central, String mall) {
    return run(
        "entity", "diff", "--entity", "m", "--token", "t", "--central", central, "--mall", mall);
  }

  @Test
  void diffNamesWhatDiffersAndReadsNothingElse() throws Exception {
    Map<String, String> here = new TreeMap<>();
    for (int i = 0; i < 300; i++) {
      here.put("a" + i, "{\"id\":\"a" + i + "\",\"name\":\"some area of the mall\"}");
    }
    Map<String, String> there = new TreeMap<>(here);
    there.put("a17", "{\"id\":\"a17\",\"name\":\"other\"}");
    there.remove("a18");
    there.put("b1", "{\"id\":\"b1\"}");
    String central = serving("/api/orchestrators/sync", here);
    String mall = serving("/api/sync", there);

    assertThat(diff(central, mall)).isEqualTo(1);
    assertThat(out.toString().lines())
        .contains("~ areas/a17", "+ areas/a18", "- areas/b1")
        .contains("3 items of areas differ; central and mall stand at change 7 and 7")
        .anyMatch(line -> line.matches("6 requests, \\d+ bytes read"));

    assertThat(diff(central, serving("/api/sync", here))).isZero();
    assertThat(out.toString()).contains("Same: sha256:", "2 requests, ");
    assertThat(diff("http://127.0.0.1:1", mall)).isEqualTo(1);
    assertThat(err.toString()).contains("cannot reach central");
  }

  @Test
  void conflictsAreATable() throws Exception {
    HttpServer server = server();
    AtomicInteger calls = new AtomicInteger();
    answer(
        server,
        "/api/sync/conflicts",
        query ->
            calls.getAndIncrement() == 0
                ? "[]"
                : "[{\"id\":1,\"type\":\"area\",\"item_id\":\"17\",\"operation\":\"update\","
                    + "\"losing\":{},\"winning\":{\"id\":17},\"at\":\"2026-11-21T01:00:00Z\","
                    + "\"base_seq\":5,\"seq\":9,\"error\":null},"
                    + "{\"id\":2,\"type\":\"area\",\"item_id\":\"18\",\"operation\":\"update\","
                    + "\"losing\":{},\"winning\":null,\"at\":\"2026-11-21T01:00:00Z\","
                    + "\"base_seq\":5,\"seq\":null,\"error\":\"central answered 400\"}]");
    assertThat(run("sync", "conflicts", "--mall", url(server), "--token", "t")).isZero();
    assertThat(out.toString()).isEqualTo("No conflicts" + System.lineSeparator());
    assertThat(run("sync", "conflicts", "--mall", url(server), "--token", "t")).isZero();
    assertThat(out.toString().lines().toList().get(1))
        .matches("1 +2026-11-21T01:00:00Z +update +area/17 +5 +9 +\\{\"id\":17}");
    assertThat(out.toString().lines().toList().get(2)).contains("area/18", "central answered 400");
  }

  @Test
  void resyncWaitsUntilTheDataIsInPlace() throws Exception {
    HttpServer server = server();
    AtomicInteger asked = new AtomicInteger();
    answer(server, "/api/orchestrator/resync", query -> "{\"status\":\"accepted\"}");
    answer(
        server,
        "/api/orchestrator/state",
        query ->
            "{\"resync_needed\":"
                + (asked.getAndIncrement() < 2 ? "\"operator\"" : "null")
                + ",\"sync\":{\"cursor\":\"42\",\"checksum\":\"sha256:ab\"}}");
    assertThat(run("resync", "--mall", url(server), "--token", "t")).isZero();
    assertThat(asked.get()).isZero();
    assertThat(run("resync", "--wait", "--mall", url(server), "--token", "t")).isZero();
    assertThat(out.toString()).contains("Done: change 42, sha256:ab");
    assertThat(asked.get()).isEqualTo(3);
  }
}

package dev.drover.cli;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Stands for central, orchestrator and simulator in tests of {@code up}: answers on DROVER_PORT and
 * logs one event per import; ends at once when its entity is "broken".
 */
public final class FakeService {

  private FakeService() {}

  public static void main(String[] args) throws Exception {
    Path data = Path.of(System.getenv("DROVER_DATA"));
    String name = data.getFileName().toString();
    if (Files.exists(data.resolveSibling("break-" + name))) {
      System.out.println("broken on purpose");
      System.exit(5);
    }
    if (Files.exists(data.resolveSibling("refuse-" + name))) {
      System.exit(2);
    }
    if (Files.exists(data.resolveSibling("hang-" + name))) {
      System.out.println("hangs on purpose");
      new CountDownLatch(1).await();
    }
    if (Files.exists(data.resolveSibling("slow-" + name))) {
      for (int i = 0; i < 12; i++) {
        System.out.println("still starting");
        new CountDownLatch(1).await(500, TimeUnit.MILLISECONDS);
      }
    }
    Path log = data.resolve("logs").resolve(name + ".json");
    Files.createDirectories(log.getParent());
    int port = Integer.parseInt(System.getenv("DROVER_PORT"));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          byte[] body = exchange.getRequestBody().readAllBytes();
          boolean unknown = exchange.getRequestMethod().equals("GET") && path.startsWith("/api");
          if (path.endsWith("/import")) {
            String line =
                "{\"timestamp\":\"2025-01-08T10:30:00Z\",\"entity_id\":\"mall-a-uuid\","
                    + "\"event\":\"import_taken\",\"bytes\":"
                    + body.length
                    + "}\n";
            Files.writeString(log, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
          }
          Path health = data.resolveSibling("health-" + name);
          byte[] answer =
              path.equals("/health") && Files.exists(health)
                  ? Files.readAllBytes(health)
                  : "{\"imported\":3,\"seq\":7}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(unknown ? 404 : 200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }
}

package dev.drover.e2e.siege;

import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.engine.crypto.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Every attack that we know, at once, against a central and a mall: half-sent and slow bodies, idle
 * connections, answers that nobody reads, oversized and malformed JSON, MQTT, WebSocket and gRPC
 * messages, imports, wrong tokens; from callers without credentials and from enrolled beacons.
 */
public final class Siege implements AutoCloseable {
  private static final int PAUSE_MILLIS = 20;
  private static final String CENTRAL_OPEN = "POST /api/orchestrators/register";
  private static final String MALL_OPEN = "POST /api/orchestrators/beacons/challenge";

  private final List<Attack> attacks = new ArrayList<>();
  private final Map<String, Outcomes> outcomes = new TreeMap<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Random random;
  private int caller = 2;

  /**
   * A siege that has not begun.
   *
   * @param victim the entity whose large data is asked for
   * @param token of an orchestrator of that entity: its streams are left unread
   * @param idle how many connections stay idle, half of them at central
   */
  public Siege(
      CentralProcess central,
      JavaProcess mall,
      int mqttPort,
      String victim,
      String token,
      int idle,
      long seed) {
    this.random = new Random(seed);
    againstHttp("central", central.port(), CENTRAL_OPEN, idle / 2);
    againstHttp("mall", mall.port(), MALL_OPEN, idle / 2);
    againstCentral(central, victim, token);
    againstMall(mall, mqttPort);
  }

  private void againstHttp(String who, int port, String open, int idle) {
    byte[] line = text("GET /hea");
    add(new HeldSockets(who + ": idle connections", next(port), line, 0, 0, idle));
    byte[] upload = head("POST /api/orchestrators/uploads", 8 << 20);
    add(new HeldSockets(who + ": bodies held back", next(port), upload, (8 << 20) - 1, 65_536, 60));
    byte[] half = head(open, 1 << 20);
    add(new HeldSockets(who + ": half-sent bodies", next(port), half, 1 << 19, 65_536, 80));
    byte[] slow = head(open, 3_000);
    add(new HeldSockets(who + ": slow bodies", next(port), slow, 3_000, 1, 300));
    add(
        new BadRequests(
            who + ": bad requests",
            next(port),
            List.of(
                () -> BadRequests.request(open, "", BadRequests.badJson(random, 3_000)),
                () -> BadRequests.request(open, "", BadRequests.badJson(random, 2 << 20)),
                () -> BadRequests.request("GET /%zz", "", new byte[0]),
                () ->
                    BadRequests.request(
                        "GET /health",
                        "Transfer-Encoding: xchunked\r\n",
                        text("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")),
                () ->
                    BadRequests.request(
                        "POST /api/entities/e/import",
                        BadRequests.bearer("ey." + random.nextLong() + ".x"),
                        BadRequests.badJson(random, 4 << 20)),
                () ->
                    BadRequests.request(
                        "GET /api/orchestrators/sync/full?entity_id=e",
                        BadRequests.bearer("x".repeat(8_000)),
                        new byte[0])),
            random.nextLong()));
  }

  private void againstCentral(CentralProcess central, String victim, String token) {
    int port = central.port();
    String headers = " HTTP/1.1\r\nHost: central\r\n" + BadRequests.bearer(token) + "\r\n";
    byte[] stream = text("GET /api/orchestrators/events" + headers);
    add(new UnreadAnswers("central: unread streams", next(port), stream, 80));
    byte[] full = text("GET /api/orchestrators/sync/full?entity_id=" + victim + headers);
    add(new UnreadAnswers("central: unread full syncs", next(port), full, 80));
    add(new WebSocketFrames(next(port), token, random.nextLong()));
    String operator = central.token(Role.OPERATOR, victim, "mallory");
    String path = "POST /api/entities/" + victim + "/import";
    add(
        new BadRequests(
            "central: bad imports",
            next(port),
            List.of(
                () ->
                    BadRequests.request(
                        path,
                        BadRequests.bearer(operator),
                        BadRequests.badJson(random, 1_000_000))),
            random.nextLong()));
    add(
        new UnfinishedCalls(
            next(central.grpcPort()), "/navign.orchestrator.sync.OrchestratorSync/SyncFull"));
  }

  private void againstMall(JavaProcess mall, int mqttPort) {
    add(new MqttPackets(next(mqttPort), random.nextLong()));
    byte[] connect = {0x10, (byte) 0xff, (byte) 0xff, 0x7f};
    add(new HeldSockets("mall: half MQTT packets", next(mqttPort), connect, 2_000_000, 65_536, 60));
    for (int i = 0; i < 4; i++) {
      add(new HostileBeacon(next(mall.port()), "hostile-" + i, mqttPort, random.nextLong()));
    }
  }

  private Stranger next(int port) {
    return Stranger.number(caller++, port);
  }

  private void add(Attack attack) {
    attacks.add(attack);
    outcomes.putIfAbsent(attack.name(), new Outcomes());
  }

  /** A request's head without its body. */
  private static byte[] head(String line, int length) {
    return text(
        line
            + " HTTP/1.1\r\nHost: victim\r\nContent-Type: application/json\r\nContent-Length: "
            + length
            + "\r\n\r\n");
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Lets all begin. */
  public void begin() {
    attacks.forEach(attack -> threads.submit(() -> wage(attack)));
  }

  private void wage(Attack attack) {
    Outcomes counts = outcomes.get(attack.name());
    try (attack) {
      while (!over.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        try {
          attack.strike(counts);
        } catch (IOException e) {
          counts.count("cut off");
        } catch (RuntimeException e) {
          // An attack that has a fault must not look like one that was repelled.
          counts.count("FAULT OF THE TEST " + e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What became of each attack so far. */
  public Map<String, Map<String, Long>> outcomes() {
    Map<String, Map<String, Long>> counts = new TreeMap<>();
    outcomes.forEach((name, each) -> counts.put(name, each.counts()));
    return counts;
  }

  /** Ends it, and lets go of every connection. */
  @Override
  public void close() {
    over.countDown();
    threads.shutdown();
    try {
      if (!threads.awaitTermination(30, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

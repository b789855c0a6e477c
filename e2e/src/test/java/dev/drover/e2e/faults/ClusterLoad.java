package dev.drover.e2e.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.LightMall;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.engine.crypto.Role;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * What operators and malls send to two centrals while those and their brokers die, and the oracle:
 * what was acknowledged. Each line of work has one request at a time and repeats it, at either
 * central, until it is acknowledged.
 */
final class ClusterLoad implements AutoCloseable {
  private static final long CHANGE_MILLIS = 1_000;
  private static final long REPORT_MILLIS = 2_000;
  private static final int LOGS = 2;
  private static final String BEACON = "gate-1";

  private final List<CentralProcess> centrals;
  private final String admin;
  private final Random random;
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(24);
  private final List<Line> lines = new ArrayList<>();
  private final Map<String, Integer> otherAnswers = new ConcurrentHashMap<>();
  private final List<Throwable> faults = new ArrayList<>();
  private volatile boolean last;

  ClusterLoad(List<CentralProcess> centrals, Random random) {
    this.centrals = centrals;
    this.admin = centrals.get(0).admin();
    this.random = random;
  }

  /** One kind of request of one mall, repeated until it is acknowledged. */
  private abstract class Line {
    final String entity;
    final List<String> acknowledged = new ArrayList<>();
    private int number;
    private boolean pending;
    private boolean repeated;
    private volatile boolean done;

    Line(String entity) {
      this.entity = entity;
      lines.add(this);
    }

    /** Sends it; returns what it acknowledges, or nothing when nobody knows what became of it. */
    abstract List<String> send(int number, boolean repeated) throws IOException;

    void begin(long millis) {
      threads.scheduleWithFixedDelay(
          this::tick, random.nextInt((int) millis), millis, TimeUnit.MILLISECONDS);
    }

    private void tick() {
      if (done || !pending && last) {
        done = true;
        return;
      }
      pending = true;
      try {
        List<String> ids = send(number, repeated);
        if (ids.isEmpty()) {
          repeated = true;
          return;
        }
        synchronized (acknowledged) {
          acknowledged.addAll(ids);
        }
        number++;
        pending = false;
        repeated = false;
      } catch (IOException e) {
        repeated = true;
        otherAnswers.merge("no answer", 1, Integer::sum);
      } catch (RuntimeException | AssertionError e) {
        synchronized (faults) {
          faults.add(e);
        }
        done = true;
      }
    }

    List<String> acknowledged() {
      synchronized (acknowledged) {
        return List.copyOf(acknowledged);
      }
    }

    /** Whether the answer says that it may be sent again. */
    boolean again(Api.Answer answer) {
      if (answer.status() >= 500 || answer.code().equals("REQUEST_IN_PROGRESS")) {
        otherAnswers.merge(answer.status() + " " + answer.code(), 1, Integer::sum);
        return true;
      }
      return false;
    }
  }

  /** Changes of a mall's data at central. */
  private final class Changes extends Line {
    Changes(String entity) {
      super(entity);
    }

    @Override
    List<String> send(int number, boolean repeated) throws IOException {
      String id = String.format("%s-%05d", entity, number);
      Api.Answer answer =
          any()
              .call("POST", "/api/entities/" + entity + "/areas")
              .token(admin)
              .json("{\"id\":\"" + id + "\"}")
              .trySend();
      if (answer.status() == 201 || answer.status() == 409 && repeated && !inProgress(answer)) {
        return List.of(id);
      }
      return refusedOrAgain(this, answer);
    }
  }

  /** Batches of a mall's queue, as its uplink sends them. */
  private final class Reports extends Line {
    private final String token;

    Reports(LightMall mall) {
      super(mall.entity());
      this.token = mall.token();
    }

    @Override
    List<String> send(int number, boolean repeated) throws IOException {
      List<String> ids = new ArrayList<>();
      String body = batch(number, ids);
      Api.Answer answer =
          any()
              .call("POST", "/api/orchestrators/uploads")
              .token(token)
              .header("X-Idempotency-Key", entity + "-batch-" + number)
              .json(body)
              .trySend();
      if (answer.status() != 200) {
        return refusedOrAgain(this, answer);
      }
      for (JsonNode result : answer.json().path("results")) {
        if (!result.path("status").asText().matches("stored|duplicate")) {
          throw new IllegalStateException("not stored: " + answer);
        }
      }
      return ids;
    }

    private String batch(int number, List<String> ids) {
      ObjectNode batch = Api.JSON.createObjectNode();
      batch.put("entity_id", entity).put("batch_id", "batch-" + number);
      ArrayNode items = batch.putArray("items");
      for (int i = 0; i < LOGS; i++) {
        String id = String.format("%s-log-%05d-%d", entity, number, i);
        ids.add(id);
        ObjectNode item = items.addObject();
        item.put("seq", number * LOGS + i).put("type", "access_logs").put("idempotency_key", id);
        ObjectNode body = item.putObject("body").put("beacon_id", BEACON);
        body.putArray("logs")
            .addObject()
            .put("log_id", id)
            .put("timestamp", Instant.EPOCH.plusSeconds(number).toString())
            .put("result", "success");
      }
      return batch.toString();
    }
  }

  /** Edits at a real mall's own door, which its uplink takes to central. */
  private final class Edits extends Line {
    private final Api mall;
    private final String token;

    Edits(OrchestratorProcess mall) {
      super(mall.entity());
      this.mall = new Api(mall.url());
      this.token = centrals.get(0).token(Role.OPERATOR, mall.entity(), "olga");
    }

    @Override
    List<String> send(int number, boolean repeated) throws IOException {
      String id = String.format("edit-%05d", number);
      Api.Answer answer =
          mall.call("POST", "/api/entities/" + entity + "/merchants")
              .token(token)
              .json("{\"id\":\"" + id + "\"}")
              .trySend();
      if (answer.status() / 100 == 2 || answer.status() == 409 && repeated) {
        return List.of(id);
      }
      return refusedOrAgain(this, answer);
    }
  }

  private static boolean inProgress(Api.Answer answer) {
    return answer.code().equals("REQUEST_IN_PROGRESS");
  }

  private static List<String> refusedOrAgain(Line line, Api.Answer answer) {
    if (!line.again(answer)) {
      throw new IllegalStateException("refused: " + answer);
    }
    return List.of();
  }

  private Api any() {
    synchronized (random) {
      return centrals.get(random.nextInt(centrals.size())).api();
    }
  }

  /** Changes of this mall's data, and reports from it. */
  void begin(LightMall mall) {
    Api.Answer answer =
        centrals
            .get(0)
            .api()
            .post(
                "/api/orchestrators/beacons/register",
                mall.token(),
                "{\"beacon_id\":\""
                    + BEACON
                    + "\",\"device_id\":\"device-1\",\"device_type\":\"turnstile\"}");
    if (answer.status() != 200) {
      throw new IllegalStateException(answer.toString());
    }
    new Changes(mall.entity()).begin(CHANGE_MILLIS);
    new Reports(mall).begin(REPORT_MILLIS);
  }

  /** Changes of this mall's data at central, and others at the mall itself. */
  void begin(OrchestratorProcess mall) {
    new Changes(mall.entity()).begin(CHANGE_MILLIS);
    new Edits(mall).begin(REPORT_MILLIS);
  }

  /** Fails when something was refused that must not be. */
  void check() {
    synchronized (faults) {
      if (!faults.isEmpty()) {
        throw new IllegalStateException(faults.size() + " lines of work ended", faults.get(0));
      }
    }
  }

  /** Begins nothing new, and waits until all that was begun is acknowledged. */
  void finish(Duration patience) {
    last = true;
    Awaitility.await("the last requests are acknowledged")
        .atMost(patience)
        .until(
            () -> {
              check();
              return lines.stream().allMatch(line -> line.done);
            });
  }

  /** The ids of the changes at central that were acknowledged, in order. */
  List<String> changes(String entity) {
    return of(Changes.class, entity);
  }

  /** The ids of the logs that were acknowledged, in order. */
  List<String> reports(String entity) {
    return of(Reports.class, entity);
  }

  /** The ids of the edits that a mall has acknowledged, in order. */
  List<String> edits(String entity) {
    return of(Edits.class, entity);
  }

  private List<String> of(Class<? extends Line> kind, String entity) {
    return lines.stream()
        .filter(line -> kind.isInstance(line) && line.entity.equals(entity))
        .findFirst()
        .orElseThrow()
        .acknowledged();
  }

  /** How many of each kind were acknowledged. */
  Map<String, Integer> counts() {
    Map<String, Integer> counts = new TreeMap<>();
    for (Line line : lines) {
      counts.merge(
          line.getClass().getSimpleName().toLowerCase(), line.acknowledged().size(), Integer::sum);
    }
    return counts;
  }

  /** Answers that said to try again, and how often there was none. */
  Map<String, Integer> otherAnswers() {
    return new TreeMap<>(otherAnswers);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}

package dev.drover.e2e.files;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.FaultProxy;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.e2e.harness.Ports;
import dev.drover.engine.crypto.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A mall whose data directory is prepared twice, stopped in order and after kill -9, with edits
 * that central has and edits that wait for it. A trial damages one file of a copy, starts the mall
 * on it, and looks whether everything that was acknowledged reaches central or is shown as lost.
 */
final class MallTrials implements Trials {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final Duration SOON = Duration.ofSeconds(45);
  private static final int AREAS = 20;

  private final CentralProcess central;
  private final FaultProxy proxy;
  private final OrchestratorProcess mall;
  private final Path templates;

  /** What waits for central, by the state of the data directory. */
  private final Map<String, Set<String>> waiting = new TreeMap<>();

  private int number;

  /** A mall with this queue; {@code mqtt} or {@code kafka}. */
  MallTrials(String queue) {
    central =
        CentralProcess.alone(
            "damaged-of-" + queue,
            // each trial is a start, and asks for what has changed
            Map.of("DROVER_LIMITS_REGISTER", "100000/1m", "DROVER_LIMITS_SYNC_DELTA", "100000/1m"));
    central.start();
    String entity = "damaged-" + queue;
    proxy = new FaultProxy("127.0.0.1", central.port());
    mall =
        OrchestratorProcess.of(
            central,
            entity,
            Map.of(
                "CENTRAL_SERVER_URL",
                proxy.url(),
                "DROVER_QUEUE",
                queue,
                "DROVER_KAFKA_PORT",
                String.valueOf(Ports.free()),
                "DROVER_UPLINK_RETRY_DELAY",
                "100",
                "DROVER_UPLINK_LINGER",
                "50",
                "DROVER_SYNC_EDIT_PERIOD",
                "100",
                "DROVER_SYNC_DELTAS_PER_MINUTE",
                "10000"));
    templates = mall.data().resolveSibling(mall.data().getFileName() + "-templates");
  }

  @Override
  public String process() {
    return "orchestrator";
  }

  @Override
  public Path template(String state) {
    return templates.resolve(state);
  }

  /** Makes both data directories, and those of an earlier day. */
  @Override
  public void prepare() throws IOException {
    Trees.delete(templates);
    for (int i = 0; i < AREAS; i++) {
      change();
    }
    mall.launch();
    mall.awaitHealth(PATIENCE);
    awaitSame();
    edit(20);
    awaitSettled();
    mall.kill();
    keep("older-killed");
    again();
    stop();
    keep("older-stopped");
    again();
    edit(15);
    awaitSettled();
    proxy.set(FaultProxy.Mode.ANSWER_503);
    Set<String> due = new TreeSet<>(edit(15));
    awaitPending(due.size());
    waiting.put("killed", Set.copyOf(due));
    mall.kill();
    keep("killed");
    again();
    due.addAll(edit(5));
    awaitPending(due.size());
    waiting.put("stopped", due);
    stop();
    keep("stopped");
  }

  private void again() {
    mall.launch();
    mall.awaitHealth(PATIENCE);
  }

  private void stop() {
    if (!mall.stop(PATIENCE)) {
      throw new IllegalStateException("the mall does not stop; see " + mall.output());
    }
  }

  private void keep(String state) throws IOException {
    // A broker outlives its killed parent for a moment.
    mall.awaitChildren(PATIENCE);
    Trees.copy(mall.data(), template(state));
    Files.delete(template(state).resolve("output.log"));
    Trees.delete(template(state).resolve("logs"));
  }

  private Api api() {
    return new Api(mall.url());
  }

  private String operator() {
    return central.token(Role.OPERATOR, mall.entity(), "olga");
  }

  private String areas() {
    return "/api/entities/" + mall.entity() + "/areas";
  }

  private static String document(String id) {
    return "{\"id\":\"" + id + "\",\"text\":\"text of " + id + "\"}";
  }

  /** Edits at the mall that it has acknowledged. */
  private List<String> edit(int count) {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String id = String.format("edge-%05d", number++);
      Api.Answer answer = api().post(areas(), operator(), document(id));
      if (answer.status() != 202) {
        throw new IllegalStateException("an edit was answered " + answer);
      }
      made.add(id);
    }
    return made;
  }

  /** A change at central. */
  private String change() {
    String id = String.format("area-%05d", number++);
    Api.Answer answer = central.api().post(areas(), central.admin(), document(id));
    if (answer.status() == 404) {
      central.api().post("/api/entities", central.admin(), "{\"id\":\"" + mall.entity() + "\"}");
      answer = central.api().post(areas(), central.admin(), document(id));
    }
    if (answer.status() != 201) {
      throw new IllegalStateException("a change was answered " + answer);
    }
    return id;
  }

  private JsonNode ledger() {
    return api().get("/api/uplink/ledger", operator()).json();
  }

  private void awaitSettled() {
    Awaitility.await("settled")
        .atMost(SOON)
        .ignoreExceptions()
        .until(
            () -> ledger().path("accepted").asInt() > 0 && ledger().path("pending").asInt() == 0);
  }

  private void awaitPending(int count) {
    Awaitility.await(count + " pending")
        .atMost(SOON)
        .ignoreExceptions()
        .until(() -> ledger().path("pending").asInt() >= count);
  }

  private void awaitSame() {
    Awaitility.await("the data of central").atMost(SOON).ignoreExceptions().until(this::same);
  }

  private boolean same() {
    return texts(api(), operator()).equals(texts(central.api(), central.admin()));
  }

  /** The ids of all areas; fails on one whose text is not its own. */
  private Set<String> texts(Api api, String token) {
    Api.Answer answer = api.get(areas() + "?limit=1000", token);
    if (answer.status() != 200) {
      throw new IllegalStateException("areas: " + answer);
    }
    JsonNode json = answer.json();
    Set<String> ids = new TreeSet<>();
    for (JsonNode area : json.isArray() ? json : json.path("data")) {
      String id = area.path("id").asText();
      if (!area.path("text").asText().equals("text of " + id)) {
        throw new AssertionError("wrong data are served: " + area);
      }
      ids.add(id);
    }
    return ids;
  }

  @Override
  public Verdict run(String state, String file, Damaging damaging) throws IOException {
    proxy.set(FaultProxy.Mode.PASS);
    Trees.copy(template(state), mall.data());
    String done =
        damaging.damage(mall.data().resolve(file), template("older-" + state).resolve(file));
    try {
      return new Verdict(done, start(state, file));
    } finally {
      mall.kill();
      mall.awaitChildren(PATIENCE);
    }
  }

  private Outcome start(String state, String file) throws IOException {
    proxy.listen();
    mall.launch();
    if (!Starts.answers(mall, PATIENCE)) {
      return Starts.refused(mall, file, PATIENCE);
    }
    return works(state, file);
  }

  private Outcome works(String state, String file) {
    Set<String> due = new TreeSet<>(waiting.get(state));
    String before = "it takes no edit";
    try {
      Awaitility.await(before).atMost(SOON).ignoreExceptions().until(() -> due.addAll(edit(1)));
      before = "pending writes do not reach central and are not shown as lost";
      Awaitility.await(before)
          .atMost(SOON)
          .ignoreExceptions()
          .until(() -> ledger().path("pending").asInt() == 0 && missing(due) <= shown());
      before = "it has not the data of central";
      change();
      Awaitility.await(before)
          .atMost(SOON)
          .ignoreExceptionsMatching(e -> !(e instanceof AssertionError))
          .until(this::same);
    } catch (ConditionTimeoutException | AssertionError e) {
      return new Outcome("", before + ": " + e.getMessage() + " " + now());
    }
    if (Starts.identityChanged(template("stopped"), mall.data(), file)) {
      return new Outcome("", "it has another identity and says nothing");
    }
    int shown = shown();
    return new Outcome(shown > 0 ? "gap" : "mended", "");
  }

  private long missing(Set<String> due) {
    String heard = proxy.heard();
    String parked = api().get("/api/uplink/parked", operator()).body();
    return due.stream().filter(id -> !heard.contains(id) && !parked.contains(id)).count();
  }

  private int shown() {
    return ledger().path("gap").asInt() + ledger().path("parked").asInt();
  }

  private String now() {
    try {
      return api().get("/health", null) + " " + ledger();
    } catch (RuntimeException e) {
      return e.toString();
    }
  }

  @Override
  public Path output() {
    return mall.output();
  }

  @Override
  public void close() {
    mall.close();
    proxy.close();
    central.close();
  }
}

package dev.drover.e2e.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Mall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A central with its own store and event log whose data directory is prepared twice, stopped in
 * order and after kill -9. A trial damages one file of a copy, starts central on it, and looks
 * whether every document that it had confirmed is there.
 */
final class CentralTrials implements Trials {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final Duration SOON = Duration.ofSeconds(45);
  private static final int AREAS = 150;

  private final CentralProcess central =
      CentralProcess.alone("damaged-central", Map.of("DROVER_LIMITS_REGISTER", "100000/1m"));
  private final Path templates = central.data().resolveSibling("damaged-central-templates");
  private final Set<String> stored = new TreeSet<>();
  private final Mall mall = new Mall("damaged", "orch-001");
  private String admin;
  private int number;

  @Override
  public String process() {
    return "central";
  }

  @Override
  public Path template(String state) {
    return templates.resolve(state);
  }

  @Override
  public void prepare() throws IOException {
    Trees.delete(templates);
    again();
    admin = central.admin();
    central.api().post("/api/entities", admin, "{\"id\":\"damaged\"}");
    write(AREAS / 2);
    central.kill();
    keep("older-killed");
    again();
    stop();
    keep("older-stopped");
    again();
    Api.Answer registered = registering().send();
    if (registered.status() != 200) {
      throw new IllegalStateException("registration failed: " + registered);
    }
    write(AREAS / 2);
    central.kill();
    keep("killed");
    again();
    stop();
    keep("stopped");
  }

  private void again() {
    central.launch();
    central.awaitHealth(PATIENCE);
  }

  private void stop() {
    if (!central.stop(PATIENCE)) {
      throw new IllegalStateException("central does not stop; see " + central.output());
    }
  }

  private void keep(String state) throws IOException {
    central.awaitChildren(PATIENCE);
    Trees.copy(central.data(), template(state));
    Files.delete(template(state).resolve("output.log"));
    Trees.delete(template(state).resolve("logs"));
  }

  private void write(int count) {
    for (int i = 0; i < count; i++) {
      String id = String.format("area-%05d", number++);
      Api.Answer answer = write(id);
      if (answer.status() != 201) {
        throw new IllegalStateException("a write was answered " + answer);
      }
      stored.add(id);
    }
  }

  private Api.Answer write(String id) {
    String text = text(id);
    return central
        .api()
        .post(
            "/api/entities/damaged/areas",
            admin,
            "{\"id\":\"" + id + "\",\"text\":\"" + text + "\"}");
  }

  private static String text(String id) {
    return ("text of " + id + " ").repeat(20).strip();
  }

  @Override
  public Verdict run(String state, String file, Damaging damaging) throws IOException {
    Trees.copy(template(state), central.data());
    String done =
        damaging.damage(central.data().resolve(file), template("older-" + state).resolve(file));
    try {
      central.launch();
      Outcome outcome =
          Starts.answers(central, PATIENCE) ? works(file) : Starts.refused(central, file, PATIENCE);
      return new Verdict(done, outcome);
    } finally {
      central.kill();
      central.awaitChildren(PATIENCE);
    }
  }

  private Outcome works(String file) {
    String before = "it does not become healthy, and does not say why";
    try {
      Awaitility.await(before)
          .atMost(SOON)
          .ignoreExceptions()
          .until(() -> health().path("status").asText().equals("healthy") || told());
      before = "not what was stored is read";
      Awaitility.await(before)
          .atMost(SOON)
          .ignoreExceptionsMatching(e -> !(e instanceof AssertionError))
          .until(() -> ids().containsAll(stored) || told());
      before = "it takes no write";
      Awaitility.await(before)
          .atMost(SOON)
          .ignoreExceptions()
          .until(() -> write("new").status() == 201 || told());
      before = "it registers no mall that it knows";
      Awaitility.await(before)
          .atMost(SOON)
          .ignoreExceptions()
          .until(() -> registering().send().status() == 200 || told());
    } catch (ConditionTimeoutException | AssertionError e) {
      return new Outcome("", before + ": " + e.getMessage() + " " + state());
    }
    if (Starts.identityChanged(template("stopped"), central.data(), file)) {
      return new Outcome("", "it has another identity and says nothing");
    }
    return new Outcome(told() ? "told" : "mended", "");
  }

  /** It is signed anew: what was signed minutes ago is refused. */
  private Api.Call registering() throws IOException {
    ObjectNode body = (ObjectNode) Api.JSON.readTree(mall.registration());
    String text = body.put("timestamp", Instant.now().toString()).toString();
    return central
        .api()
        .call("POST", "/api/orchestrators/register")
        .json(text)
        .header("X-Signature", mall.sign(text));
  }

  private JsonNode health() {
    return central.api().get("/health", null).json();
  }

  /** Whether {@code /health} names what people must do something about. */
  private boolean told() {
    for (JsonNode problem : health().path("problems")) {
      if (problem.path("check").asText().equals("database")) {
        return true;
      }
    }
    return false;
  }

  private Set<String> ids() {
    Api.Answer answer = central.api().get("/api/entities/damaged/areas?limit=1000", admin);
    if (answer.status() != 200) {
      throw new IllegalStateException(answer.toString());
    }
    Set<String> ids = new TreeSet<>();
    for (JsonNode area : answer.json().path("data")) {
      String id = area.path("id").asText();
      if (!area.path("text").asText().equals(text(id))) {
        throw new AssertionError("wrong data are served: " + area);
      }
      ids.add(id);
    }
    return ids;
  }

  private String state() {
    try {
      return health() + " " + central.api().get("/api/entities/damaged/areas?limit=1", admin);
    } catch (RuntimeException e) {
      return e.toString();
    }
  }

  @Override
  public Path output() {
    return central.output();
  }

  @Override
  public void close() {
    central.close();
  }
}

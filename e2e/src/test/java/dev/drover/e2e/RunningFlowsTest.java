package dev.drover.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.engine.crypto.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Flows of a running central are changed on its management port and on disk, while clients call.
 * The route under test says its version in the content type of its answer. The long form: {@code
 * -Ddrover.flows.edits=1000}.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RunningFlowsTest {
  private static final int EDITS = Integer.getInteger("drover.flows.edits", 8);
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String FILE = "central/17-operators.camel.yaml";
  private static final String PLACE = "expression: application/json\n";
  private static final String PATH = "/api/orchestrators";

  @TempDir static Path home;
  private static CentralProcess central;
  private static String operator;
  private static String original;

  @BeforeAll
  static void start() throws IOException {
    for (String directory : List.of("routes", "kamelets", "proto", "config")) {
      copy(JavaProcess.HOME.resolve(directory), home.resolve(directory));
    }
    for (String module : List.of("central", "orchestrator")) {
      Path settings = Path.of(module, "src/main/resources/application.yaml");
      Files.createDirectories(home.resolve(settings).getParent());
      Files.copy(JavaProcess.HOME.resolve(settings), home.resolve(settings));
    }
    original = Files.readString(disk());
    assertThat(original).contains(PLACE);
    central = CentralProcess.alone("running-flows", Map.of("DROVER_HOME", home.toString()));
    central.start();
    operator = central.token(Role.OPERATOR, "*", "olga");
  }

  @AfterAll
  static void stop() {
    central.close();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private static Path disk() {
    return home.resolve("routes").resolve(FILE);
  }

  private static Api management() {
    return new Api("http://127.0.0.1:" + central.setting("DROVER_MANAGEMENT_PORT"));
  }

  /** The flow whose answers say this version. */
  private static String version(String name) {
    return original.replace(PLACE, "expression: application/json;v=" + name + "\n");
  }

  private static String said() {
    return central.api().get(PATH, operator).header("Content-Type").replace("application/json", "");
  }

  private static JsonNode inForce() {
    return management().get("/flows/" + FILE, operator).json();
  }

  private static Api.Answer put(String text, String hash) {
    return management()
        .call("PUT", "/flows/" + FILE + "?why=a+test")
        .token(operator)
        .header("If-Match", "\"" + hash + "\"")
        .bytes(text.getBytes(UTF_8))
        .send();
  }

  @Test
  @Order(1)
  void clientsSeeTheOldFlowOrTheNewOneWhateverIsEdited() throws Exception {
    long seed = Long.getLong("drover.seed", 29_112_026L);
    Random random = new Random(seed);
    AtomicBoolean going = new AtomicBoolean(true);
    AtomicLong calls = new AtomicLong();
    Queue<String> wrong = new ConcurrentLinkedQueue<>();
    ExecutorService clients = Executors.newFixedThreadPool(3);
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(
          clients.submit(
              () -> {
                while (going.get()) {
                  Api.Answer answer = central.api().get(PATH, operator);
                  if (answer.status() != 200) {
                    wrong.add(answer.toString());
                  }
                  calls.incrementAndGet();
                }
              }));
    }
    List<Long> inForce = new ArrayList<>();
    List<Long> paused = new ArrayList<>();
    String text = original;
    int refused = 0;
    for (int i = 1; i <= EDITS; i++) {
      String hash = inForce().path("hash").asText();
      String said = said();
      if (i % 2 == 0) {
        Api.Answer answer = put(broken(random, text), hash);
        assertThat(answer.status()).as("edit %s: %s", i, answer).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("FLOW_INVALID");
        JsonNode problems = answer.json().path("error").path("details").path("problems");
        assertThat(problems.size()).isPositive();
        assertThat(problems.get(0).path("line").asInt()).isPositive();
        assertThat(inForce().path("hash").asText()).isEqualTo(hash);
        assertThat(said()).isEqualTo(said);
        refused++;
        continue;
      }
      text = version("e" + i);
      Api.Answer answer = put(text, hash);
      assertThat(answer.status()).as("edit %s: %s", i, answer).isEqualTo(200);
      inForce.add(answer.json().path("in_force_ms").asLong());
      paused.add(answer.json().path("pause_ms").asLong());
      assertThat(said()).as("the first answer after").isEqualTo(";v=e" + i);
    }
    going.set(false);
    for (Future<?> each : all) {
      each.get();
    }
    clients.shutdown();
    Collections.sort(inForce);
    System.out.printf(
        "running flows: seed %d, %d edits in force, %d refused, %d calls, in force p50 %d ms max %d"
            + " ms, pause max %d ms%n",
        seed,
        inForce.size(),
        refused,
        calls.get(),
        inForce.get(inForce.size() / 2),
        inForce.get(inForce.size() - 1),
        Collections.max(paused));
    assertThat(wrong).isEmpty();
    assertThat(calls.get()).isGreaterThan(EDITS);
  }

  /** One of the ways in which people break a flow. */
  private static String broken(Random random, String text) {
    return switch (random.nextInt(7)) {
      case 0 -> text.substring(0, 200 + random.nextInt(text.length() / 2)) + "\n  - [";
      case 1 -> text.replaceFirst("uri: direct:", "uri: nowhere:");
      case 2 -> text.replaceFirst("ref: presence", "ref: presents");
      case 3 -> text.replaceFirst("method: list", "method: lists");
      case 4 -> text.replaceFirst("uri: kamelet:authorise-action", "uri: direct:nobody");
      case 5 ->
          text.replaceFirst(PLACE, "expression: \"\\${bean:nobody}\"\n")
              .replaceFirst("description: ", "descripton: ");
      default -> text.replaceFirst("- route:", "- rout:");
    };
  }

  @Test
  @Order(2)
  void whoEditsAnOldTextIsTold() {
    Api.Answer answer = put(version("late"), "0".repeat(64));
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.code()).isEqualTo("FLOW_CHANGED");
    Api.Answer blind =
        management()
            .call("PUT", "/flows/" + FILE)
            .token(operator)
            .bytes(original.getBytes(UTF_8))
            .send();
    assertThat(blind.status()).isEqualTo(400);
  }

  @Test
  @Order(3)
  void onlyAnOperatorOfAllEntitiesMayLookOrChange() {
    for (String token :
        List.of(
            central.token(Role.OPERATOR, "mall-a", "mona"),
            central.orchestratorToken("mall-a", "orch-a", "orch-a"))) {
      assertThat(management().get("/flows", token).status()).isEqualTo(403);
      assertThat(
              management()
                  .call("PUT", "/flows/" + FILE)
                  .token(token)
                  .header("If-None-Match", "*")
                  .bytes(new byte[0])
                  .send()
                  .status())
          .isEqualTo(403);
    }
    assertThat(management().call("GET", "/flows").send().status()).isEqualTo(401);
  }

  @Test
  @Order(4)
  void anEditOnDiskIsTakenOrToldInHealthAndTakenBack() throws IOException {
    Files.writeString(disk(), version("disk"));
    Awaitility.await().atMost(SOON).until(() -> said().equals(";v=disk"));

    Files.writeString(disk(), version("disk").replace("ref: presence", "ref: presents"));
    Awaitility.await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(central.api().call("GET", "/health").send().json().toString())
                    .contains("an edit in routes/ is not in force: " + FILE));
    assertThat(inForce().path("problems").size()).isPositive();
    assertThat(said()).isEqualTo(";v=disk");

    long before = history().get(history().size() - 2).path("version").asLong();
    Api.Answer answer =
        management().post("/flows/rollback", operator, "{\"version\":" + before + "}");
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    assertThat(said()).startsWith(";v=e");
    assertThat(Files.readString(disk())).isEqualTo(inForce().path("text").asText());
    Awaitility.await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(central.api().call("GET", "/health").send().json().path("status"))
                    .hasToString("\"healthy\""));
  }

  private static JsonNode history() {
    return management().get("/flows/history", operator).json().path("versions");
  }

  @Test
  @Order(5)
  void afterAKillInTheMiddleTheOldOrTheNewIsInForceWhole() throws Exception {
    Random random = new Random(5);
    for (int i = 0; i < Math.max(1, EDITS / 50); i++) {
      String old = said();
      String hash = inForce().path("hash").asText();
      String next = "k" + i;
      ExecutorService editor = Executors.newSingleThreadExecutor();
      editor.submit(() -> put(version(next), hash));
      int wanted = random.nextInt(3);
      // how far the change has come: not yet on disk, on disk, in the history
      Awaitility.await()
          .pollInterval(Duration.ofMillis(1))
          .until(() -> wanted == 0 || onDisk(next) && (wanted == 1 || inHistory(hash)));
      central.kill();
      editor.shutdownNow();
      central.start();
      assertThat(said()).isIn(old, ";v=" + next);
      assertThat(Files.readString(disk())).isEqualTo(inForce().path("text").asText());
    }
  }

  private static boolean onDisk(String version) throws IOException {
    return Files.readString(disk()).contains("v=" + version + "\n");
  }

  /** The history's last line is no longer the one of the former text. */
  private static boolean inHistory(String former) throws IOException {
    List<String> lines = Files.readAllLines(central.data().resolve("flows/history.jsonl"));
    return !lines.get(lines.size() - 1).contains(former);
  }

  @Test
  @Order(6)
  void anEditThatWasRefusedWhileItWasDownIsNotStarted() throws IOException {
    String runs = said();
    String text = Files.readString(disk());
    central.kill();
    Files.writeString(disk(), text.replace("ref: presence", "ref: presents"));
    central.start();
    assertThat(said()).isEqualTo(runs);
    assertThat(inForce().path("problems").size()).isPositive();
    Files.writeString(disk(), original);
    Awaitility.await().atMost(SOON).until(() -> said().isEmpty());
  }

  /** Routes with queues, logs, timers and streams as their source, too; a mall's as well. */
  @Test
  @Order(7)
  void everyFlowFileCanBeReplaced() {
    assertThat(central.api().post("/api/entities", central.admin(), "{\"id\":\"live\"}").status())
        .isEqualTo(201);
    replaceFiles(management());
    try (OrchestratorProcess mall =
        OrchestratorProcess.of(central, "live", Map.of("DROVER_HOME", home.toString()))) {
      mall.start();
      Awaitility.await().atMost(SOON).until(() -> well(mall.url()));
      replaceFiles(new Api("http://127.0.0.1:" + mall.setting("DROVER_MANAGEMENT_PORT")));
      Awaitility.await().atMost(SOON).until(() -> well(mall.url()));
    }
    Awaitility.await().atMost(SOON).until(() -> well(central.url()));
  }

  private static boolean well(String url) {
    return new Api(url).call("GET", "/health").send().status() == 200;
  }

  private static void replaceFiles(Api process) {
    JsonNode files = process.get("/flows", operator).json().path("files");
    int index = 0;
    for (JsonNode file : files) {
      String name = file.path("file").asText();
      index++;
      if (name.endsWith("00-rest.camel.yaml") || EDITS < 100 && index % 6 != 0) {
        continue;
      }
      String text = process.get("/flows/" + name, operator).json().path("text").asText();
      Api.Answer answer =
          process
              .call("PUT", "/flows/" + name)
              .token(operator)
              .header("If-Match", "\"" + file.path("hash").asText() + "\"")
              .bytes(
                  text.replaceAll("\n    description: (?=[A-Z])", "\n    description: Again ")
                      .getBytes(UTF_8))
              .send();
      assertThat(answer.status()).as("%s: %s", name, answer).isEqualTo(200);
      System.out.println(name + " " + answer.body());
      JsonNode after = process.get("/flows/" + name, operator).json();
      assertThat(after.path("routes").size()).isEqualTo(file.path("routes").size());
      after
          .path("routes")
          .forEach(route -> assertThat(route.path("state").asText()).isEqualTo("Started"));
    }
  }
}

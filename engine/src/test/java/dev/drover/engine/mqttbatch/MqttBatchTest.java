package dev.drover.engine.mqttbatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.engine.backbone.ArtemisConfig;
import dev.drover.engine.backbone.EmbeddedArtemis;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.backbone.MqttAction;
import dev.drover.engine.backbone.MqttAuthoriser;
import dev.drover.engine.backbone.MqttLogin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reader loses nothing, whatever dies, and keeps the order. */
class MqttBatchTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String READER =
      "mqtt-batch:queue/a?connection=#broker&batchSize=20&linger=20&retryPause=10";

  @TempDir Path dir;
  private final int port = FreePort.pick();
  private final List<AutoCloseable> open = new ArrayList<>();
  private EmbeddedArtemis broker;

  private EmbeddedArtemis start() {
    MqttAuthoriser anyone =
        new MqttAuthoriser() {
          @Override
          public Optional<Principal> authenticate(MqttLogin login) {
            return login.username().map(name -> () -> name);
          }

          @Override
          public boolean allows(Principal identity, String topic, MqttAction action) {
            return !topic.startsWith("forbidden");
          }
        };
    EmbeddedArtemis started =
        new EmbeddedArtemis(
            new ArtemisConfig(
                dir.resolve("mqtt"), "127.0.0.1", port, Optional.empty(), Duration.ofDays(1)),
            anyone);
    started.start();
    return started;
  }

  @BeforeEach
  void startBroker() {
    broker = start();
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
    broker.close();
  }

  private MqttConnection connection() {
    return new MqttConnection("tcp://127.0.0.1:" + port, "reader", "reader", "drover-");
  }

  private DefaultCamelContext camel(RouteBuilder routes) throws Exception {
    DefaultCamelContext camel = new DefaultCamelContext();
    camel.getRegistry().bind("broker", connection());
    camel.getShutdownStrategy().setTimeout(1);
    camel.addRoutes(routes);
    camel.start();
    open.add(camel::stop);
    return camel;
  }

  private Process reader(Path file, long seed) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                BatchReader.class.getName(),
                connection().url(),
                file.toString(),
                String.valueOf(seed))
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("reader.log").toFile())
            .start();
    open.add(process::destroyForcibly);
    return process;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void nothingIsLostAndTheOrderKeptOverKillsOfTheReaderAndRestartsOfTheBroker() throws Exception {
    long seed = Long.getLong("drover.test.seed", System.nanoTime());
    Path file = dir.resolve("read.txt");
    Random random = new Random(seed);
    // The first life makes the session; only then a broker keeps what is sent.
    DefaultCamelContext writer =
        camel(
            new RouteBuilder() {
              @Override
              public void configure() {
                from(READER).routeId("first").to("log:first");
              }
            });
    List<String> sent = new ArrayList<>();
    await().atMost(SOON).ignoreExceptions().until(() -> send(writer, List.of("first")));
    writer.getRouteController().stopRoute("first");
    for (int life = 0; life < 6; life++) {
      int until = lines(file).size() + 20 + random.nextInt(250);
      Process reader = reader(file, seed + life);
      for (int batch = 0; batch < 10; batch++) {
        List<String> some = IntStream.range(0, 30).mapToObj(i -> "m" + (sent.size() + i)).toList();
        await().atMost(SOON).ignoreExceptions().until(() -> send(writer, some));
        sent.addAll(some);
      }
      await("seed " + seed).atMost(SOON).until(() -> lines(file).size() >= until);
      if (life % 2 == 1) {
        broker.close();
        broker = start();
      }
      reader.destroyForcibly().waitFor();
    }
    reader(file, seed);
    await("seed " + seed)
        .atMost(SOON)
        .untilAsserted(() -> assertThat(Set.copyOf(lines(file))).containsAll(sent));
    List<String> read = lines(file);
    List<String> firstTimes = new ArrayList<>(new LinkedHashSet<>(read));
    firstTimes.remove("first");
    assertThat(firstTimes).as("seed %d", seed).isEqualTo(sent);
    System.out.printf(
        "seed %d: %d sent, %d read, %d of them again%n",
        seed, sent.size(), read.size(), read.size() - sent.size());
  }

  @Test
  void aReaderThatLivesGetsAllInTheirOrder() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    DefaultCamelContext camel =
        camel(
            new RouteBuilder() {
              @Override
              public void configure() {
                from(READER)
                    .process(
                        exchange -> {
                          for (Object one : exchange.getMessage().getBody(List.class)) {
                            seen.add(new String((byte[]) ((Message) one).getBody()));
                          }
                        });
              }
            });
    List<String> sent = IntStream.range(0, 1_000).mapToObj(i -> "m" + i).toList();
    await().atMost(SOON).ignoreExceptions().until(() -> send(camel, sent.subList(0, 500)));
    send(camel, sent.subList(500, 1_000));
    await().atMost(SOON).until(() -> seen.size() >= sent.size());
    assertThat(seen).isEqualTo(sent);
  }

  private boolean send(DefaultCamelContext camel, List<String> bodies) {
    camel.createProducerTemplate().sendBody("mqtt-batch:queue/a?connection=#broker", bodies);
    return true;
  }

  @Test
  void aFailedBatchComesAgainUntilItSucceeds() throws Exception {
    List<List<String>> seen = new CopyOnWriteArrayList<>();
    AtomicBoolean away = new AtomicBoolean(true);
    DefaultCamelContext camel =
        camel(
            new RouteBuilder() {
              @Override
              public void configure() {
                from(READER)
                    .process(
                        exchange -> {
                          List<String> bodies = new ArrayList<>();
                          for (Object one : exchange.getMessage().getBody(List.class)) {
                            bodies.add(new String((byte[]) ((Message) one).getBody()));
                          }
                          seen.add(bodies);
                          if (away.get()) {
                            throw new IllegalStateException("away");
                          }
                        });
              }
            });
    await().atMost(SOON).ignoreExceptions().until(() -> send(camel, List.of("a", "b")));
    await().atMost(SOON).until(() -> seen.size() > 2);
    away.set(false);
    send(camel, List.of("c"));
    await().atMost(SOON).until(() -> seen.stream().anyMatch(batch -> batch.contains("c")));
    List<List<String>> batches = List.copyOf(seen);
    assertThat(batches.get(0)).startsWith("a");
    assertThat(batches.subList(0, 3)).containsOnly(batches.get(0));
  }

  @Test
  void nothingIsPublishedBeforeSomebodyCanReadIt() throws Exception {
    DefaultCamelContext camel =
        camel(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("mqtt-batch:forbidden/a?connection=#broker&retryPause=10").to("log:never");
              }
            });
    assertThatThrownBy(() -> send(camel, List.of("lost")))
        .isInstanceOf(CamelExecutionException.class)
        .hasRootCauseMessage("nobody has subscribed to queue/a yet");
    assertThatThrownBy(
            () ->
                camel
                    .createProducerTemplate()
                    .sendBody("mqtt-batch:forbidden/a?connection=#broker", List.of("lost")))
        .as("the broker refuses the subscription")
        .hasRootCauseMessage("nobody has subscribed to forbidden/a yet");
  }
}

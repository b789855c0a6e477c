package dev.drover.bench;

import dev.drover.engine.backbone.ArtemisConfig;
import dev.drover.engine.backbone.EmbeddedArtemis;
import dev.drover.engine.backbone.MqttAction;
import dev.drover.engine.backbone.MqttAuthoriser;
import dev.drover.engine.backbone.MqttLogin;
import dev.drover.proto.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttMessage;

/**
 * The uplink's peer, without Camel, store or ledger: an embedded broker, a loop that publishes, and
 * a loop that reads batches of 100, posts each and acknowledges it. It keeps at most a thousand in
 * the broker, as the mall does. Usage: {@code BareUplink <directory> <port> <central> <items>}.
 */
public final class BareUplink {
  private static final String TOPIC = "bare/uplink";
  private static final int BATCH = 100;

  private static final class Anybody implements MqttAuthoriser {
    @Override
    public Optional<Principal> authenticate(MqttLogin login) {
      return Optional.of(() -> "bench");
    }

    @Override
    public boolean allows(Principal identity, String topic, MqttAction action) {
      return true;
    }
  }

  private BareUplink() {}

  /** Runs the loop until everything was posted. */
  public static void main(String[] args) throws Exception {
    int items = Integer.parseInt(args[3]);
    EmbeddedArtemis broker =
        new EmbeddedArtemis(
                new ArtemisConfig(Path.of(args[0]), Integer.parseInt(args[1])), new Anybody())
            .start();
    MqttAsyncClient reader = client(broker.url(), "reader");
    BlockingQueue<MqttMessage> arrived = new LinkedBlockingQueue<>();
    Semaphore room = new Semaphore(10 * BATCH);
    reader.setManualAcks(true);
    reader.setCallback(new Arrivals(arrived));
    reader.connect(options()).waitForCompletion();
    reader.subscribe(TOPIC, 1).waitForCompletion();
    Thread writer = new Thread(() -> publish(broker.url(), items, room));
    writer.start();
    HttpClient http = HttpClient.newHttpClient();
    URI central = URI.create(args[2] + "/api/orchestrators/uploads");
    for (int sent = 0; sent < items; ) {
      List<MqttMessage> batch = batch(arrived, Math.min(BATCH, items - sent));
      StringBuilder body = new StringBuilder("{\"entity_id\":\"m\",\"batch_id\":\"b\",\"items\":[");
      for (MqttMessage message : batch) {
        body.append(body.charAt(body.length() - 1) == '[' ? "" : ",")
            .append(new String(message.getPayload(), StandardCharsets.UTF_8));
      }
      HttpRequest request =
          HttpRequest.newBuilder(central)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body.append("]}").toString()))
              .build();
      HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (Json.tree(answer.body()).path("results").size() != batch.size()) {
        throw new IllegalStateException("not everything was stored");
      }
      for (MqttMessage message : batch) {
        reader.messageArrivedComplete(message.getId(), message.getQos());
      }
      sent += batch.size();
      room.release(batch.size());
    }
    Runtime.getRuntime().halt(0);
  }

  private static List<MqttMessage> batch(BlockingQueue<MqttMessage> arrived, int size)
      throws InterruptedException {
    List<MqttMessage> batch = new ArrayList<>(size);
    while (batch.size() < size) {
      batch.add(arrived.poll(60, TimeUnit.SECONDS));
    }
    return batch;
  }

  private static void publish(String url, int items, Semaphore room) {
    try {
      MqttAsyncClient writer = client(url, "writer");
      writer.connect(options()).waitForCompletion();
      for (int seq = 1; seq <= items; ) {
        List<IMqttToken> tokens = new ArrayList<>(BATCH);
        for (int i = 0; i < BATCH && seq <= items; i++, seq++) {
          room.acquire();
          byte[] item = UplinkItems.wire(seq).getBytes(StandardCharsets.UTF_8);
          tokens.add(writer.publish(TOPIC, item, 1, false));
        }
        for (IMqttToken token : tokens) {
          token.waitForCompletion(60_000);
        }
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static MqttAsyncClient client(String url, String id) throws Exception {
    return new MqttAsyncClient(url, id, new MemoryPersistence());
  }

  private static MqttConnectionOptions options() {
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setCleanStart(false);
    options.setSessionExpiryInterval(3600L);
    options.setReceiveMaximum(65_535);
    return options;
  }
}

package dev.drover.engine.events;

import dev.drover.engine.backbone.FreePort;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A real one-node KRaft broker inside the test's JVM. */
public final class TestBroker implements AutoCloseable {
  private final Path directory;
  private final int port;
  private final int controllerPort;
  private KafkaRaftServer server;
  private KafkaProducer<String, String> producer;

  public TestBroker(Path directory) {
    this.directory = directory;
    this.port = FreePort.pick();
    this.controllerPort = FreePort.pick();
    Formatter formatter =
        new Formatter()
            .setPrintStream(new PrintStream(PrintStream.nullOutputStream()))
            .setClusterId(Uuid.randomUuid().toString())
            .setNodeId(1)
            .setControllerListenerName("CONTROLLER")
            .setMetadataLogDirectory(directory.toString());
    formatter.addDirectory(directory.toString());
    try {
      formatter.run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    start();
  }

  public void start() {
    Properties p = new Properties();
    p.put("process.roles", "broker,controller");
    p.put("node.id", "1");
    p.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    p.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    p.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    p.put("controller.listener.names", "CONTROLLER");
    p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    p.put("log.dirs", directory.toString());
    p.put("auto.create.topics.enable", "false");
    p.put("offsets.topic.replication.factor", "1");
    p.put("offsets.topic.num.partitions", "1");
    p.put("log.cleaner.dedupe.buffer.size", "2097152");
    p.put("num.network.threads", "1");
    p.put("num.io.threads", "2");
    p.put("broker.session.timeout.ms", "1000");
    p.put("broker.heartbeat.interval.ms", "200");
    server = new KafkaRaftServer(KafkaConfig.fromProps(p), Time.SYSTEM);
    server.startup();
  }

  public void stop() {
    server.shutdown();
    server.awaitShutdown();
  }

  public Map<String, Object> client() {
    return Map.of("bootstrap.servers", "127.0.0.1:" + port);
  }

  public void createTopic(String topic, int partitions, Map<String, String> configs) {
    try (Admin admin = Admin.create(client())) {
      NewTopic wanted = new NewTopic(topic, partitions, (short) 1).configs(configs);
      admin.createTopics(List.of(wanted)).all().get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  public void deleteTopic(String topic) {
    try (Admin admin = Admin.create(client())) {
      admin.deleteTopics(List.of(topic)).all().get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Forgets the records of partition 0 before an offset, as retention does. */
  public void deleteRecords(String topic, long before) {
    try (Admin admin = Admin.create(client())) {
      TopicPartition partition = new TopicPartition(topic, 0);
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before))).all().get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Queues a record; the order of calls is the order in the log. */
  public synchronized Future<RecordMetadata> send(
      String topic, String key, String type, String json) {
    if (producer == null) {
      Map<String, Object> settings = new java.util.HashMap<>(client());
      settings.put("acks", "all");
      settings.put("linger.ms", 0);
      // A broker that has just made a topic may refuse the first request and take the second one.
      settings.put("max.in.flight.requests.per.connection", 1);
      producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }
    ProducerRecord<String, String> record = new ProducerRecord<>(topic, key, json);
    record.headers().add("event", type.getBytes(StandardCharsets.UTF_8));
    return producer.send(record);
  }

  @Override
  public void close() {
    if (producer != null) {
      producer.close(java.time.Duration.ZERO);
    }
    stop();
  }
}

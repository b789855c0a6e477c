package dev.drover.engine.backbone;

import java.nio.file.Path;
import java.util.Properties;

/** The broker settings of the embedded event log: one node, loopback only, little memory. */
final class KafkaSettings {
  static final int NODE = 1;

  private KafkaSettings() {}

  static Properties of(Path dataDir, int port, int controllerPort) {
    Properties p = new Properties();
    p.put("process.roles", "broker,controller");
    p.put("node.id", Integer.toString(NODE));
    p.put("controller.quorum.voters", NODE + "@127.0.0.1:" + controllerPort);
    p.put("controller.listener.names", "CONTROLLER");
    p.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    p.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    p.put("inter.broker.listener.name", "PLAINTEXT");
    p.put("log.dirs", dataDir.resolve("log").toString());
    oneNode(p);
    quickRestart(p);
    small(p);
    durable(p);
    return p;
  }

  private static void oneNode(Properties p) {
    p.put("default.replication.factor", "1");
    p.put("min.insync.replicas", "1");
    p.put("offsets.topic.replication.factor", "1");
    p.put("offsets.topic.num.partitions", "1");
    p.put("transaction.state.log.replication.factor", "1");
    p.put("transaction.state.log.min.isr", "1");
    p.put("transaction.state.log.num.partitions", "1");
    p.put("auto.create.topics.enable", "false");
    p.put("group.initial.rebalance.delay.ms", "0");
  }

  /** Without these a broker that was killed is fenced for 9 s by its own old session. */
  private static void quickRestart(Properties p) {
    p.put("broker.session.timeout.ms", "1000");
    p.put("broker.heartbeat.interval.ms", "200");
    p.put("controlled.shutdown.enable", "false");
  }

  private static void small(Properties p) {
    p.put("num.network.threads", "1");
    p.put("num.io.threads", "2");
    p.put("background.threads", "2");
    p.put("num.recovery.threads.per.data.dir", "2");
    p.put("log.cleaner.dedupe.buffer.size", "2097152");
    p.put("log.cleaner.io.buffer.size", "65536");
    p.put("log.segment.bytes", "16777216");
    p.put("log.index.size.max.bytes", "262144");
    p.put("offsets.topic.segment.bytes", "4194304");
    p.put("transaction.state.log.segment.bytes", "4194304");
    p.put("metadata.log.segment.bytes", "8388608");
    p.put("metadata.max.retention.bytes", "16777216");
    p.put("metadata.max.idle.interval.ms", "5000");
  }

  private static void durable(Properties p) {
    p.put("log.flush.interval.messages", "1");
    p.put("log.retention.check.interval.ms", "10000");
    p.put("log.initial.task.delay.ms", "5000");
    p.put("log.segment.delete.delay.ms", "1000");
    // A mall may be away for long; forgetting its position would replay everything.
    p.put("offsets.retention.minutes", "525600");
  }
}

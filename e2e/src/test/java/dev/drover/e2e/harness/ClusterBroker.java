package dev.drover.e2e.harness;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * One broker and controller of a Kafka cluster, with the settings that the how-to asks an operator
 * for. What it says of time is Kafka's default: a broker that is killed is fenced after 9 s.
 */
public final class ClusterBroker {
  private ClusterBroker() {}

  /**
   * Runs until it is killed.
   *
   * @param args directory, number from 1, id of the cluster, and {@code port/controllerPort} of
   *     each broker
   */
  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    int node = Integer.parseInt(args[1]);
    List<String> ports = List.of(args).subList(3, args.length);
    if (!Files.exists(directory.resolve("meta.properties"))) {
      format(directory, node, args[2]);
    }
    KafkaConfig config = KafkaConfig.fromProps(settings(directory, node, ports), false);
    KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
    server.startup();
    server.awaitShutdown();
    Runtime.getRuntime().halt(1);
  }

  private static void format(Path directory, int node, String cluster) throws Exception {
    Files.createDirectories(directory);
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setNodeId(node)
        .setClusterId(cluster)
        .addDirectory(directory.toString())
        .setMetadataLogDirectory(directory.toString())
        .setControllerListenerName("CONTROLLER")
        .run();
  }

  private static Properties settings(Path directory, int node, List<String> ports) {
    Properties p = new Properties();
    p.put("process.roles", "broker,controller");
    p.put("node.id", String.valueOf(node));
    p.put("controller.quorum.voters", voters(ports));
    p.put("controller.listener.names", "CONTROLLER");
    String[] own = ports.get(node - 1).split("/");
    p.put("listeners", "PLAINTEXT://127.0.0.1:" + own[0] + ",CONTROLLER://127.0.0.1:" + own[1]);
    p.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + own[0]);
    p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    p.put("inter.broker.listener.name", "PLAINTEXT");
    p.put("log.dirs", directory.toString());
    // what the how-to asks for
    p.put("default.replication.factor", "3");
    p.put("min.insync.replicas", "2");
    p.put("auto.create.topics.enable", "false");
    small(p);
    return p;
  }

  private static void small(Properties p) {
    p.put("num.network.threads", "1");
    p.put("num.io.threads", "2");
    p.put("background.threads", "2");
    p.put("log.cleaner.dedupe.buffer.size", "2097152");
    p.put("log.cleaner.io.buffer.size", "65536");
    p.put("log.segment.bytes", "16777216");
    p.put("log.index.size.max.bytes", "262144");
  }

  private static String voters(List<String> ports) {
    List<String> voters = new ArrayList<>();
    for (int i = 0; i < ports.size(); i++) {
      voters.add((i + 1) + "@127.0.0.1:" + ports.get(i).split("/")[1]);
    }
    return String.join(",", voters);
  }
}

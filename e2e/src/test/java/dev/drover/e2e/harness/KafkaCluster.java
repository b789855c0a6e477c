package dev.drover.e2e.harness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;

/** Some Kafka brokers, each a process of its own; they are numbered from 1. */
public final class KafkaCluster implements AutoCloseable {
  private static final int MEGABYTES = 256;

  private final List<MainProcess> brokers = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();

  /**
   * Brokers that are not started yet.
   *
   * @param name the name of the directory of their data below {@code e2e/target/processes}
   */
  public KafkaCluster(String name, int size) {
    Path data = JavaProcess.HOME.resolve("e2e/target/processes").resolve(name);
    JavaProcess.deleteTree(data);
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      ports.add(Ports.free());
      pairs.add(ports.get(i) + "/" + Ports.free());
    }
    String id = Uuid.randomUuid().toString();
    for (int i = 1; i <= size; i++) {
      Path own = data.resolve("broker-" + i);
      List<String> args = new ArrayList<>(List.of(own.toString(), String.valueOf(i), id));
      args.addAll(pairs);
      List<String> options =
          List.of(
              "-Dlogback.configurationFile=drover-kafka-logback.xml",
              "-Ddrover.kafka.log=" + data.resolve("broker-" + i + ".log"));
      brokers.add(new MainProcess(name + "-" + i, ClusterBroker.class, MEGABYTES, options, args));
    }
  }

  /** Where clients find them. */
  public String bootstrap() {
    return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
  }

  /** How {@code /health} names one. */
  public String name(int broker) {
    return broker + " (127.0.0.1:" + ports.get(broker - 1) + ")";
  }

  /** The numbers of the brokers. */
  public List<Integer> numbers() {
    return IntStream.rangeClosed(1, brokers.size()).boxed().toList();
  }

  /** Starts one without waiting. */
  public void launch(int broker) {
    brokers.get(broker - 1).launch();
  }

  /** Whether its process lives. */
  public boolean running(int broker) {
    return brokers.get(broker - 1).running();
  }

  /** kill -9 of one. */
  public void kill(int broker) {
    brokers.get(broker - 1).kill();
  }

  @Override
  public void close() {
    brokers.forEach(MainProcess::close);
  }
}

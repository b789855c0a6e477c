package dev.drover.engine.backbone;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RetriableException;

/**
 * The brokers that hold replicas of our topics, each asked for itself: the cluster leaves a dead
 * one in its answers until its session has ended, and without a majority of controllers for ever.
 */
final class KafkaRoll {
  private final Map<Integer, String> addresses = new TreeMap<>();
  private Set<Integer> members = Set.of();

  /** The brokers that hold replicas now. */
  void members(Collection<Node> replicas) {
    replicas.stream()
        .filter(node -> !node.isEmpty() && node.port() > 0)
        .forEach(node -> addresses.put(node.id(), node.host() + ":" + node.port()));
    members = Set.copyOf(replicas.stream().map(Node::id).toList());
  }

  /** A question to each broker that is known; {@link #silent} has the outcome. */
  Map<Integer, KafkaFuture<Config>> ask(Admin admin) {
    Map<Integer, KafkaFuture<Config>> questions = new TreeMap<>();
    List<ConfigResource> brokers =
        members.stream()
            .map(id -> new ConfigResource(ConfigResource.Type.BROKER, String.valueOf(id)))
            .toList();
    admin
        .describeConfigs(brokers)
        .values()
        .forEach((broker, answer) -> questions.put(Integer.valueOf(broker.name()), answer));
    return questions;
  }

  /** The brokers that did not answer, by number and, where it is known, address. */
  List<String> silent(Map<Integer, KafkaFuture<Config>> questions, int millis) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    List<String> silent = new ArrayList<>();
    questions.forEach(
        (id, answer) -> {
          if (!answered(answer, deadline)) {
            String address = addresses.get(id);
            silent.add(address == null ? String.valueOf(id) : id + " (" + address + ")");
          }
        });
    return silent;
  }

  /** A refusal is an answer. */
  private static boolean answered(KafkaFuture<Config> answer, long deadline) {
    try {
      answer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException e) {
      return e.getCause() instanceof ApiException && !(e.getCause() instanceof RetriableException);
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}

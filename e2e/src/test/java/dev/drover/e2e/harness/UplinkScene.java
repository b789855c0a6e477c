package dev.drover.e2e.harness;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mall with its queue, on a disk of its own and behind a cable of its own where this machine can
 * make them, and a proxy between it and central. Whoever dies by itself is started again, as a
 * service manager would.
 */
public final class UplinkScene implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UplinkScene.class);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Where the mall's queue is. */
  public enum Queue {
    /** In the mall's own process. */
    EMBEDDED_MQTT,
    /** In a broker beside it. */
    EXTERNAL_MQTT,
    /** In a child process of the mall. */
    KAFKA
  }

  private final CentralProcess central;
  private final Optional<MallLine> line;
  private final Optional<SmallDisk> disk;
  private final FaultProxy proxy;
  private final Optional<BrokerProcess> broker;
  private final OrchestratorProcess mall;
  private int kills;

  /**
   * The mall of this queue; nothing of it runs yet.
   *
   * @param megabytes the size of its disk
   */
  public UplinkScene(CentralProcess central, Queue queue, int megabytes) {
    this.central = central;
    // several scenes of one queue run side by side, each in a JVM of its own
    String entity =
        "uplink-" + queue.name().toLowerCase().replace('_', '-') + "-" + JavaProcess.FORK;
    line = MallLine.lay();
    disk = SmallDisk.mount(entity, megabytes);
    proxy = new FaultProxy(line.map(MallLine::central).orElse("127.0.0.1"), central.port());
    Map<String, String> settings = new HashMap<>();
    settings.put("CENTRAL_SERVER_URL", proxy.url());
    settings.put("DROVER_CENTRAL_CONNECT_TIMEOUT", "1000");
    settings.put("DROVER_CENTRAL_RESPONSE_TIMEOUT", "4000");
    settings.put("DROVER_UPLINK_RETRY_DELAY", "100");
    settings.put("DROVER_UPLINK_LINGER", "50");
    settings.put("DROVER_LIMITS_CHALLENGES", "999999/1m");
    // nonces do not outlive the mall
    settings.put("DROVER_LIMITS_FAILED_SIGNATURES", "999999/1m");
    settings.put("DROVER_LIMITS_BEACON_REQUESTS", "999999/1m");
    settings.put("DROVER_KAFKA_PORT", String.valueOf(Ports.free()));
    settings.put("DROVER_QUEUE", queue == Queue.KAFKA ? "kafka" : "mqtt");
    line.ifPresent(l -> settings.put("DROVER_BIND", l.mall()));
    disk.ifPresent(
        d -> {
          settings.put("DROVER_DATA", d.directory("mall").toString());
          settings.put("DROVER_HEALTH_MIN_FREE_MB", "0");
        });
    broker =
        queue == Queue.EXTERNAL_MQTT
            ? Optional.of(
                new BrokerProcess(
                    disk.map(d -> d.directory("broker"))
                        .orElse(central.data().resolve("uplink-broker")),
                    line.map(MallLine::devices).orElse("127.0.0.1")))
            : Optional.empty();
    broker.ifPresent(b -> settings.put("MQTT_URL", b.url()));
    mall = OrchestratorProcess.of(central, entity, settings);
    line.ifPresent(l -> mall.within(l.command()));
  }

  /** Starts broker and mall, and waits until the mall is healthy. */
  public void start() {
    broker.ifPresent(BrokerProcess::launch);
    mall.launch();
    mall.awaitHealth(PATIENCE);
  }

  /** The mall's entity. */
  public String entity() {
    return mall.entity();
  }

  /** The mall's data port. */
  public Api api() {
    return new Api(mall.url());
  }

  /** The mall's own count of its writes. */
  public JsonNode ledger() {
    return api().get("/api/uplink/ledger", operator()).json();
  }

  /** What central does not take. */
  public JsonNode parked() {
    return api().get("/api/uplink/parked", operator()).json();
  }

  /** A token of an operator of this mall. */
  public String operator() {
    return central.token(Role.OPERATOR, entity(), "olga");
  }

  /** What stands between the mall and central. */
  public FaultProxy proxy() {
    return proxy;
  }

  /** The cable to central, where there is one. */
  public Optional<MallLine> line() {
    return line;
  }

  /** The mall's disk, where it has one of its own. */
  public Optional<SmallDisk> disk() {
    return disk;
  }

  /** How many processes were killed. */
  public int kills() {
    return kills;
  }

  /** kill -9 of the mall, which starts again. */
  public void killMall() {
    mall.kill();
    mall.launch();
    kills++;
  }

  /** kill -9 of central, which starts again. */
  public void killCentral() {
    central.kill();
    central.launch();
    kills++;
  }

  /** kill -9 of the process that has the event log of central, which starts it again. */
  public void killEventLog() {
    killChild(central);
  }

  /** kill -9 of the process that has the mall's queue alone; whose it is starts it again. */
  public void killBroker() {
    if (broker.isEmpty()) {
      killChild(mall);
      return;
    }
    broker.get().kill();
    broker.get().launch();
    kills++;
  }

  /** Stops the process that has the mall's queue for a while, as a disk that stalls does. */
  public void freezeBroker(long millis) {
    long pid = broker.map(BrokerProcess::pid).orElseGet(() -> child(mall).pid());
    Root.output(List.of("kill", "-STOP", String.valueOf(pid)));
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    Root.output(List.of("kill", "-CONT", String.valueOf(pid)));
  }

  private void killChild(JavaProcess parent) {
    child(parent).destroyForcibly();
    kills++;
  }

  private ProcessHandle child(JavaProcess parent) {
    return Awaitility.await("a child process")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              revive();
              return parent
                  .process()
                  .descendants()
                  .filter(child -> words(child.pid()).contains("KafkaBroker"))
                  .findFirst();
            },
            Optional::isPresent)
        .orElseThrow();
  }

  /** A process that is being made has its parent's words first, then those of the JVM's helper. */
  private static String words(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  /** Starts what has ended by itself. */
  public void revive() {
    for (JavaProcess process : new JavaProcess[] {central, mall}) {
      if (!process.process().isAlive()) {
        LOG.warn("{} ended with {}", process.output(), process.process().exitValue());
        process.launch();
      }
    }
    broker.ifPresent(BrokerProcess::revive);
  }

  /** Waits until central and the mall are healthy, or fails. */
  public void awaitHealth() {
    revive();
    central.awaitHealth(PATIENCE);
    mall.awaitHealth(PATIENCE);
  }

  @Override
  public void close() {
    mall.close();
    broker.ifPresent(BrokerProcess::close);
    proxy.close();
    disk.ifPresent(SmallDisk::close);
    line.ifPresent(MallLine::close);
  }
}

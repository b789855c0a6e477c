package dev.drover.fleet.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.drover.engine.backbone.EmbeddedMongo;
import dev.drover.engine.backbone.MongoConfig;
import dev.drover.engine.guard.Operation;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One registry holds devices of any kind: their ids, presence and commands are apart. */
class DevicesTest {
  private static final Kind BEACON = new Kind("beacon");
  private static final Kind ROBOT = new Kind("robot");
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @TempDir static Path data;
  private static EmbeddedMongo server;
  private static MongoClient client;

  private final MongoDatabase database =
      client.getDatabase("t" + UUID.randomUUID().toString().replace("-", ""));
  private final Devices devices = new Devices(database);

  @BeforeAll
  static void start() {
    server = new EmbeddedMongo(new MongoConfig(data, 0, false)).start();
    client = MongoClients.create(server.url());
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  private static DeviceId id(Kind kind, String id) {
    return new DeviceId(kind, "mall-1", id);
  }

  private static UnaryOperator<Device> registration(String hardware) {
    return device -> device.registered(hardware, "1.0.0", "{}", true, NOON);
  }

  private Device register(Kind kind, String hardware, String given) {
    return devices.register(id(kind, given), hardware, Optional.empty(), registration(hardware));
  }

  private static DeviceRefused.Reason refusal(Runnable asked) {
    try {
      asked.run();
    } catch (DeviceRefused e) {
      return e.reason();
    }
    return null;
  }

  @Test
  void twoKindsHaveTheirOwnIdsForTheSameHardwareName() {
    assertThat(register(BEACON, "hw-1", "b-1").id()).isEqualTo(id(BEACON, "b-1"));
    assertThat(register(ROBOT, "hw-1", "r-1").id()).isEqualTo(id(ROBOT, "r-1"));

    assertThat(register(BEACON, "hw-1", "b-9").id()).isEqualTo(id(BEACON, "b-1"));
    assertThat(devices.has(id(BEACON, "r-1"))).isFalse();
    assertThat(devices.has(id(ROBOT, "b-1"))).isFalse();
    assertThat(devices.list(ROBOT, "mall-1", "", 10))
        .extracting(Device::id)
        .containsExactly(id(ROBOT, "r-1"));
  }

  @Test
  void twoKindsOfOneIdHaveTheirOwnPresence() {
    register(BEACON, "hw-b", "one");
    register(ROBOT, "hw-r", "one");
    DeviceReport report = new DeviceReport(NOON, "charging", Optional.of("2.0.0"), "{\"b\":1}");
    devices.change(id(ROBOT, "one"), robot -> robot.reported(report));
    Device beacon = devices.find(id(BEACON, "one")).orElseThrow();
    Device robot = devices.find(id(ROBOT, "one")).orElseThrow();

    Clock soon = Clock.fixed(NOON.plusSeconds(60), ZoneOffset.UTC);
    Clock late = Clock.fixed(NOON.plusSeconds(91), ZoneOffset.UTC);
    assertThat(new DevicePresence(Duration.ofSeconds(30), 3, soon).of(beacon))
        .isEqualTo("registered");
    assertThat(new DevicePresence(Duration.ofSeconds(30), 3, soon).of(robot)).isEqualTo("charging");
    assertThat(new DevicePresence(Duration.ofSeconds(30), 3, late).of(robot)).isEqualTo("offline");
    assertThat(robot.firmware()).isEqualTo("2.0.0");
    assertThat(beacon.firmware()).isEqualTo("1.0.0");

    devices.change(id(ROBOT, "one"), one -> one.shutOut(Optional.of(Date.from(NOON)), 1));
    assertThat(
            new DevicePresence(Duration.ofSeconds(30), 3, soon)
                .of(devices.find(id(ROBOT, "one")).orElseThrow()))
        .isEqualTo("revoked");
    assertThat(devices.find(id(BEACON, "one")).orElseThrow().shutOut()).isEmpty();
  }

  @Test
  void twoKindsOfOneIdHaveTheirOwnCommands() {
    register(BEACON, "hw-b", "one");
    register(ROBOT, "hw-r", "one");
    devices.change(id(BEACON, "one"), beacon -> beacon.commanded("c-1", "{\"type\":\"blink\"}"));
    devices.change(id(ROBOT, "one"), robot -> robot.commanded("c-2", "{\"type\":\"dock\"}"));

    Device robot = devices.change(id(ROBOT, "one"), one -> one.told(Set.of(), 2));
    assertThat(robot.commands())
        .containsExactly(new DeviceCommand("c-2", "{\"type\":\"dock\"}", 1));
    devices.change(id(ROBOT, "one"), one -> one.told(Set.of("c-2"), 2));
    assertThat(devices.find(id(ROBOT, "one")).orElseThrow().commands()).isEmpty();
    assertThat(devices.find(id(BEACON, "one")).orElseThrow().commands())
        .containsExactly(new DeviceCommand("c-1", "{\"type\":\"blink\"}", 0));
  }

  @Test
  void aCommandIsToldUntilItIsDoneOrGivenUp() {
    register(BEACON, "hw", "b");
    devices.change(id(BEACON, "b"), one -> one.commanded("c-1", "{}").commanded("c-2", "{}"));
    UnaryOperator<Device> told = one -> one.told(Set.of("c-1"), 3);

    assertThat(devices.change(id(BEACON, "b"), told).commands())
        .extracting(DeviceCommand::id)
        .containsExactly("c-2");
    devices.change(id(BEACON, "b"), told);
    assertThat(devices.change(id(BEACON, "b"), told).commands())
        .containsExactly(new DeviceCommand("c-2", "{}", 3));
    assertThat(devices.change(id(BEACON, "b"), told).commands()).isEmpty();
  }

  @Test
  void oneMoreCommandThanMayWaitIsRefused() {
    register(BEACON, "hw", "b");
    UnaryOperator<Device> one = device -> device.commanded(UUID.randomUUID().toString(), "{}");
    IntStream.range(0, Device.MOST_COMMANDS).forEach(i -> devices.change(id(BEACON, "b"), one));

    assertThat(refusal(() -> devices.change(id(BEACON, "b"), one)))
        .isEqualTo(DeviceRefused.Reason.COMMANDS_FULL);
    assertThat(devices.find(id(BEACON, "b")).orElseThrow().commands())
        .hasSize(Device.MOST_COMMANDS);
  }

  @Test
  void anIdBelongsToOneHardwareAndHardwareHasOneId() {
    devices.register(id(BEACON, "x"), "hw-1", Optional.of("gate"), registration("hw-1"));

    assertThatThrownBy(
            () ->
                devices.register(
                    id(BEACON, "x"), "hw-1", Optional.of("door"), registration("hw-1")))
        .isInstanceOfSatisfying(
            DeviceRefused.class,
            e -> {
              assertThat(e.reason()).isEqualTo(DeviceRefused.Reason.HAS_OTHER_ID);
              assertThat(e.device()).isEqualTo(id(BEACON, "gate"));
            });
    assertThat(
            refusal(
                () ->
                    devices.register(
                        id(BEACON, "x"), "hw-2", Optional.of("gate"), registration("hw-2"))))
        .isEqualTo(DeviceRefused.Reason.ID_TAKEN);
    // the refused one can still have another id
    assertThat(register(BEACON, "hw-2", "x").id()).isEqualTo(id(BEACON, "x"));
  }

  @Test
  void anOlderReportChangesNothing() {
    register(BEACON, "hw", "b");
    DeviceReport newer = new DeviceReport(NOON, "online", Optional.empty(), "{\"n\":2}");
    DeviceReport older =
        new DeviceReport(NOON.minusSeconds(1), "error", Optional.of("0.1"), "{\"n\":1}");
    devices.change(id(BEACON, "b"), one -> one.reported(newer));
    Device stored = devices.change(id(BEACON, "b"), one -> one.reported(older));

    assertThat(stored.status()).isEqualTo("online");
    assertThat(stored.report()).isEqualTo("{\"n\":2}");
    assertThat(stored.firmware()).isEqualTo("1.0.0");
  }

  @Test
  void anOperationIsDoneOnce() {
    register(BEACON, "hw", "b");
    Operation first = Operation.of("op-1", false, () -> {});
    Operation again = Operation.of("op-1", true, () -> {});
    UnaryOperator<Device> command = one -> one.commanded("c-1", "{}");
    devices.once(id(BEACON, "b"), "done", first, command);
    devices.once(id(BEACON, "b"), "done", again, command);
    assertThat(devices.find(id(BEACON, "b")).orElseThrow().commands()).hasSize(1);
  }

  @Test
  void whoChangesADeviceAtOnceLosesNothing() throws InterruptedException {
    register(BEACON, "hw", "b");
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> writers =
        IntStream.range(0, 4)
            .mapToObj(
                i ->
                    new Thread(
                        () -> {
                          await(go);
                          for (int n = 0; n < 10; n++) {
                            String command = i + "-" + n;
                            devices.change(id(BEACON, "b"), one -> one.commanded(command, "{}"));
                          }
                        }))
            .toList();
    writers.forEach(Thread::start);
    go.countDown();
    for (Thread writer : writers) {
      writer.join(20_000);
    }
    assertThat(devices.find(id(BEACON, "b")).orElseThrow().commands()).hasSize(40);
  }

  private static void await(CountDownLatch go) {
    try {
      assertThat(go.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aDeviceThatNobodyRegisteredIsRefused() {
    assertThat(refusal(() -> devices.change(id(BEACON, "ghost"), UnaryOperator.identity())))
        .isEqualTo(DeviceRefused.Reason.UNKNOWN);
    assertThat(devices.list(BEACON, "mall-1", "", 10)).isEmpty();
  }

  /** As builds before this registry have written it. */
  @Test
  void aBeaconOfABuildBeforeIsReadAsItIsAndKeepsWhatNobodyKnows() {
    Document command = new Document("command_id", "c-1").append("json", "{\"type\":\"blink\"}");
    database
        .getCollection("beacons")
        .insertOne(
            new Document("_id", "mall-1/b-1")
                .append("entity_id", "mall-1")
                .append("beacon_id", "b-1")
                .append("rev", 7L)
                .append("device_id", "hw-1")
                .append("registration", "{}")
                .append("firmware_version", "0.9.0")
                .append("area_id", "north")
                .append("approved", false)
                .append("registered_at", Date.from(NOON))
                .append("last_seen", Date.from(NOON))
                .append("status", "online")
                .append("heartbeat", "{}")
                .append("heartbeat_operations", List.of("op-0"))
                .append("commands", List.of(command, new Document(command).append("deliveries", 2)))
                .append("revocation_version", 3L)
                .append("revoked_at", Date.from(NOON)));
    database
        .getCollection("beacon_devices")
        .insertOne(new Document("_id", "mall-1/hw-1").append("beacon_id", "b-1"));

    Device known = register(BEACON, "hw-1", "other");
    assertThat(known.id()).isEqualTo(id(BEACON, "b-1"));
    assertThat(known.approved()).isFalse();
    assertThat(known.shutOut()).contains(Date.from(NOON));
    assertThat(known.commands()).extracting(DeviceCommand::deliveries).containsExactly(0, 2);
    assertThat(known.stored())
        .containsEntry("rev", 8L)
        .containsEntry("area_id", "north")
        .containsEntry("heartbeat_operations", List.of("op-0"))
        .containsEntry("firmware_version", "1.0.0");
  }

  @Test
  void aKindIsAPlainName() {
    assertThatThrownBy(() -> new Kind("../beacons"))
        .hasMessage("\"../beacons\" is no kind of device: write 1 to 20 letters from a to z");
  }
}

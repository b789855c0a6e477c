package dev.drover.central.beacon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.drover.central.security.Audit;
import dev.drover.engine.backbone.EmbeddedMongo;
import dev.drover.engine.backbone.MongoConfig;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.guard.Guards;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.outbox.OutboxSource.Entry;
import dev.drover.engine.time.Ticker;
import dev.drover.fleet.device.Devices;
import dev.drover.proto.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A list of revoked beacons and the event that tells of it are one write. */
class BeaconRevocationsTest {
  private static final String MALL = "mall-1";

  @TempDir Path data;
  private EmbeddedMongo server;
  private MongoClient client;
  private MongoDatabase database;
  private BeaconRevocations revocations;

  @BeforeEach
  void start() {
    server = new EmbeddedMongo(new MongoConfig(data, 0, false)).start();
    client = MongoClients.create(server.url());
    database = client.getDatabase("navign");
    Clock clock = Clock.systemUTC();
    BeaconRegistry beacons = new BeaconRegistry(new Devices(database));
    for (String id : List.of("gate", "door")) {
      beacons.register(
          MALL,
          "hw-" + id,
          Optional.of(id),
          beacon -> beacon.registered("hw-" + id, "1", "{}", true, clock.instant()));
      assertThat(beacons.has(MALL, id)).isTrue();
    }
    Audit audit = new Audit(database, clock);
    revocations = new BeaconRevocations(database, beacons, audit, clock, Ticker.SYSTEM);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static Exchange of(String beacon, Operation operation) {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.setProperty(Authoriser.ENTITY, MALL);
    exchange.setProperty(Operation.PROPERTY, operation);
    exchange.setProperty(
        Guards.PRINCIPAL, new Principal(new Grant("op", Role.OPERATOR, MALL), Instant.MAX, "t"));
    exchange.getMessage().setHeader("beacon_id", beacon);
    exchange.getMessage().setBody("{\"reason\":\"stolen\"}".getBytes(StandardCharsets.UTF_8));
    return exchange;
  }

  private void revoke(String beacon) {
    revocations.revoke(of(beacon, Operation.NONE));
  }

  private static List<Object> bodies(List<Entry> entries) {
    return entries.stream().map(Entry::body).toList();
  }

  private static String list(int version, String ids) {
    return "{\"type\":\"revoked_beacons\",\"config\":{\"beacon_ids\":["
        + ids
        + "]},\"version\":"
        + version
        + ",\"event_key\":\"revoked_beacons:"
        + version
        + "\"}";
  }

  @Test
  void theMallIsToldAlthoughWhatFollowsTheListFails() {
    // so the beacon cannot be marked
    database.getCollection("beacons").deleteOne(Filters.eq("_id", MALL + "/door"));
    assertThatThrownBy(() -> revoke("door")).isInstanceOf(ProtocolException.class);
    assertThat(bodies(revocations.events().claim(10))).containsExactly(list(1, "\"door\""));
  }

  @Test
  void whatWasNotToldIsToldWithTheNextListWhichHasEverything() {
    revoke("door");
    revoke("gate");
    List<Entry> told = revocations.events().claim(10);
    assertThat(bodies(told)).containsExactly(list(2, "\"door\",\"gate\""));
    revocations.events().done(told);

    revocations.restore(of("door", Operation.NONE));
    assertThat(bodies(revocations.events().claim(10))).containsExactly(list(3, "\"gate\""));
  }

  @Test
  void aRepetitionOwesNothingNew() {
    Operation first = Operation.of("op-1", false, () -> {});
    revocations.revoke(of("door", first));
    List<Entry> told = revocations.events().claim(10);
    revocations.events().done(told);

    revocations.revoke(of("door", Operation.of("op-1", true, () -> {})));
    assertThat(told).hasSize(1);
    assertThat(revocations.events().claim(10)).isEmpty();
    assertThat(database.getCollection("beacon_revocations").find().first())
        .containsEntry("version", 1L);
  }
}

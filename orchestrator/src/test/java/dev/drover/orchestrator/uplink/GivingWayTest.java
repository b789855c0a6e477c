package dev.drover.orchestrator.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.engine.crypto.Sealer;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import java.nio.file.Path;
import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gives way when the uplink has no room: only what a newer one replaces. */
class GivingWayTest {
  @TempDir Path directory;
  private MallStore mall;
  private UplinkStore store;
  private UplinkDoor door;

  @BeforeEach
  void open() {
    Clock clock = Clock.systemUTC();
    mall = new MallStore(directory.resolve("mall.db"), new Sealer(new byte[32]), clock);
    store = new UplinkStore(mall, 10_000, clock);
    door = new UplinkDoor(store, () -> true);
  }

  @AfterEach
  void close() {
    mall.close();
  }

  private static Exchange heartbeat(String queue, int n) {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.getMessage().setHeader(UplinkDoor.TYPE, "beacon_heartbeat");
    exchange.getMessage().setHeader(UplinkDoor.KEY, "b1");
    exchange.getMessage().setHeader(UplinkDoor.CLASS, queue);
    exchange.getMessage().setBody("{\"n\":" + n + "}");
    return exchange;
  }

  @Test
  void itTakesAnOlderOnesPlaceOrIsLeftOut() {
    Exchange none = heartbeat("latest", 1);
    door.giveWay(none);
    assertThat(none.getMessage().getHeader(UplinkDoor.SEQ)).isNull();
    assertThat(store.ledger().accepted()).isZero();
    door.accept(heartbeat("latest", 2));
    Exchange newer = heartbeat("latest", 3);
    door.giveWay(newer);
    assertThat(newer.getMessage().getHeader(UplinkDoor.SEQ)).isNotNull();
    assertThat(store.ledger().superseded()).isEqualTo(1);
    assertThat(store.ledger().pending()).isEqualTo(1);
  }

  @Test
  void whatNothingReplacesCannotGiveWay() {
    assertThatThrownBy(() -> door.giveWay(heartbeat("normal", 1)))
        .hasMessageContaining("a write of class normal cannot give way");
  }

  @Test
  void theFlowHearsHowMuchIsLeft() {
    Exchange exchange = heartbeat("normal", 1);
    door.measure(exchange);
    assertThat(exchange.getProperty(UplinkDoor.LEFT)).isEqualTo(100);
    assertThat(exchange.getProperty(UplinkDoor.DISK_LOW)).isEqualTo(true);
    exchange.getMessage().setBody("\"" + "x".repeat(8_000) + "\"");
    door.accept(exchange);
    door.measure(exchange);
    assertThat((int) exchange.getProperty(UplinkDoor.LEFT)).isBetween(10, 19);
  }
}

package dev.drover.e2e.powercut;

import dev.drover.engine.crypto.Sealer;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.Session;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.uplink.store.UplinkClass;
import dev.drover.orchestrator.uplink.store.UplinkItem;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The mall's store: writes that the uplink accepts, and settings.
 *
 * @param synced false turns the syncs off, to see that the test finds what is lost then
 */
record SqliteStore(boolean synced) implements Store {
  private static final int ROOM = 100_000_000;

  private static MallStore open(Path directory) {
    return new MallStore(directory.resolve("mall.db"), new Sealer(new byte[32]), Clock.systemUTC());
  }

  @Override
  public void write(Path directory, Acknowledged acknowledged, int numbers) throws Exception {
    MallStore mall = open(directory);
    UplinkStore uplink = new UplinkStore(mall, ROOM, Clock.systemUTC());
    if (!synced) {
      mall.database().transaction(SqliteStore::withoutSync);
    }
    Stores.together(
        writer -> {
          for (int i = 0; i < numbers; i++) {
            if (i % 8 == 7) {
              mall.settings().set(Map.of(writer, Optional.of("" + i)));
              acknowledged.number(writer + "-set-" + i);
            }
            accept(uplink, writer, "" + i);
            acknowledged.number(writer + "-" + i);
          }
        });
  }

  private static Void withoutSync(Session open) throws SQLException {
    Connection connection = open.connection();
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA synchronous=OFF");
    }
    connection.setAutoCommit(false);
    return null;
  }

  private static void accept(UplinkStore uplink, String writer, String number) {
    UplinkItem item =
        uplink
            .accept(
                "log", writer, UplinkClass.NORMAL, number, "{\"x\":\"" + "y".repeat(700) + "\"}")
            .orElseThrow();
    if (item.seq() == 0) {
      throw new IllegalStateException("no number");
    }
  }

  @Override
  public List<String> read(Path directory, Set<String> acknowledged) {
    try (MallStore mall = open(directory)) {
      UplinkStore uplink = new UplinkStore(mall, ROOM, Clock.systemUTC());
      Database database = mall.database();
      String whole =
          database.first(row -> row.getString(1), "PRAGMA integrity_check").orElseThrow();
      long rows =
          database.first(row -> row.getLong(1), "SELECT count(*) FROM uplink_items").orElseThrow();
      if (!whole.equals("ok") || uplink.ledger().accepted() != rows) {
        throw new IllegalStateException(whole + ", " + rows + " rows, " + uplink.ledger());
      }
      List<String> numbers =
          named(
              database.query(
                  row -> row.getString(1),
                  "SELECT idempotency_key FROM uplink_items ORDER BY seq"));
      for (int w = 0; w < Stores.WRITERS; w++) {
        int last = mall.settings().get("w" + w).map(Integer::parseInt).orElse(-1);
        for (int i = 7; i <= last; i += 8) {
          numbers.add("w" + w + "-set-" + i);
        }
      }
      accept(uplink, "after", "1");
      return numbers;
    }
  }

  /** Keys are what the store makes of type, beacon and number. */
  private static List<String> named(List<String> keys) {
    Map<String, String> names = new HashMap<>();
    for (int w = 0; w < Stores.WRITERS; w++) {
      for (int i = 0; names.size() < (w + 1) * (keys.size() + 1); i++) {
        names.put(UplinkItem.idempotencyKey("log", "w" + w, "" + i), "w" + w + "-" + i);
      }
    }
    return new ArrayList<>(keys.stream().filter(names::containsKey).map(names::get).toList());
  }
}

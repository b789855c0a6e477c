package dev.drover.orchestrator.store;

import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import dev.drover.engine.limit.DiskFull;
import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.database.Database;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Tells where people look what SQLite says of {@code mall.db} while it is used. What passes, such
 * as a full disk, ends with the next write; a damage does not end because another page can be
 * written, so the whole file must have been read without one.
 */
public final class StoreOutcomes implements Database.Outcomes {
  /** The check of {@code /health}. */
  public static final String CHECK = "local_cache";

  /** Part: {@code mall.db} takes no write now. */
  public static final String WRITES = "mall-store";

  private static final String DAMAGE = "mall-store-damage";
  private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(1);

  /** SQLITE_CORRUPT, SQLITE_NOTADB and SQLITE_IOERR: of all their kinds the last byte. */
  private static final Set<Integer> DAMAGES = Set.of(11, 26, 10);

  /** SQLITE_FULL, SQLITE_READONLY and SQLITE_CANTOPEN. */
  private static final Set<Integer> PASSING = Set.of(13, 8, 14);

  private final Path file;
  private final Conditions conditions;
  private final Ticker ticker;
  private boolean damaged;
  private Tick looked;

  /** What becomes of this file. */
  public StoreOutcomes(Path file, Conditions conditions, Ticker ticker) {
    this.file = file;
    this.conditions = conditions;
    this.ticker = ticker;
  }

  @Override
  public void failed(SQLException why) {
    int kind = why.getErrorCode() & 0xff;
    if (DAMAGES.contains(kind)) {
      damage(why.getMessage());
    } else if (PASSING.contains(kind)) {
      noWrite(why);
    }
  }

  private synchronized void damage(String what) {
    damaged = true;
    conditions.fails(
        DAMAGE,
        CHECK,
        Severity.UNHEALTHY,
        file + " cannot be read or written everywhere: " + what,
        "look at the disk and stop the mall: when it is damaged, the next start says so and what to"
            + " do; the file is read as a whole once a minute, and this ends when all of it is"
            + " sound");
  }

  /** The store takes no write now; that it is damaged is told already. */
  public void noWrite(Exception why) {
    if (why.getCause() instanceof SQLException sql && DAMAGES.contains(sql.getErrorCode() & 0xff)) {
      return;
    }
    conditions.fails(
        WRITES,
        CHECK,
        Severity.UNHEALTHY,
        "mall.db takes no write: " + why.getMessage(),
        DiskFull.is(why)
            ? "make room on its disk; the mall goes on by itself"
            : "look at the log and at the disk; ./drover doctor says whether mall.db is damaged");
  }

  /** The store took a write. */
  public void tookWrite() {
    conditions.well(WRITES);
  }

  /** Reads the whole file again, now and then, while it counts as damaged. */
  public void look() {
    synchronized (this) {
      Tick now = ticker.now();
      if (!damaged || looked != null && now.isBefore(looked.plus(BETWEEN_LOOKS))) {
        return;
      }
      looked = now;
    }
    Optional<String> found = StoreCheck.damage(file);
    synchronized (this) {
      found.ifPresentOrElse(
          this::damage,
          () -> {
            damaged = false;
            conditions.well(DAMAGE);
          });
    }
  }
}

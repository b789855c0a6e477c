package dev.drover.orchestrator.store;

import dev.drover.engine.migrate.Migrations;
import dev.drover.orchestrator.database.SqlMigrations;
import java.sql.Connection;

/**
 * All forms that {@code mall.db} has had. Who changes a table adds a file with the next number, and
 * a test that opens a file of the version before.
 */
public final class MallSchema {
  /** From an empty file, or one of a build without versions, to what this build reads. */
  public static final Migrations<Connection> MIGRATIONS =
      SqlMigrations.of("stores/mall/001-tables.sql");

  private MallSchema() {}
}

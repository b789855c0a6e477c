/** SQLite as the mall uses it: one writer, sealed values, migrations. It knows no flow. */
package dev.drover.orchestrator.database;

-- Version 1 of cache.db: its tables as the builds without a version left them.
CREATE TABLE IF NOT EXISTS meta (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS items (
  generation INTEGER,
  collection TEXT,
  id TEXT,
  value BLOB NOT NULL,
  PRIMARY KEY (generation, collection, id)
) WITHOUT ROWID;

-- Version 1 of mall.db: its tables as the builds without a version left them. Such a build has made
-- some of them or all, so each statement does nothing where its table is there already.

-- what central told, and how far
CREATE TABLE IF NOT EXISTS settings (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS applied_events (
  event_key TEXT PRIMARY KEY,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  status TEXT NOT NULL,
  detail TEXT,
  received_at INTEGER NOT NULL,
  data BLOB NOT NULL,
  acked INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS applied_by_time ON applied_events (received_at);
CREATE INDEX IF NOT EXISTS applied_by_id ON applied_events (event_id);
-- of an earlier form; nothing reads it
DROP TABLE IF EXISTS changed_items;
CREATE TABLE IF NOT EXISTS configs (
  type TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  config BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS work (
  event_key TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  data BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS parked_events (
  event_key TEXT PRIMARY KEY,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  error TEXT NOT NULL,
  parked_at INTEGER NOT NULL,
  data BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS acks (
  event_id TEXT PRIMARY KEY,
  status TEXT NOT NULL,
  detail TEXT,
  queued_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS owed_acks (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL UNIQUE,
  event_key TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS untold (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  collection TEXT NOT NULL,
  item_id TEXT NOT NULL,
  UNIQUE (collection, item_id)
);
CREATE TABLE IF NOT EXISTS edits (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  collection TEXT NOT NULL,
  item_id TEXT NOT NULL,
  operation TEXT NOT NULL,
  data BLOB,
  base_seq INTEGER NOT NULL,
  edited_at INTEGER NOT NULL,
  batch TEXT,
  applied_seq INTEGER
);
CREATE INDEX IF NOT EXISTS edits_by_item ON edits (collection, item_id);
-- the words of Edits.UNSENT: asked with each transaction
CREATE INDEX IF NOT EXISTS edits_unsent ON edits (seq)
  WHERE applied_seq IS NULL AND batch IS NOT (seq || '-' || base_seq || '-' || edited_at);
CREATE TABLE IF NOT EXISTS sync_conflicts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  collection TEXT NOT NULL,
  item_id TEXT NOT NULL,
  operation TEXT NOT NULL,
  losing BLOB,
  winning BLOB,
  base_seq INTEGER NOT NULL,
  seq INTEGER,
  error TEXT,
  found_at INTEGER NOT NULL
);

-- what goes to central: one row for each write that is accepted and not settled
CREATE TABLE IF NOT EXISTS uplink_items (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  type TEXT NOT NULL,
  item_key TEXT NOT NULL,
  class TEXT NOT NULL,
  idempotency_key TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  size INTEGER NOT NULL,
  published INTEGER,
  waits_for INTEGER,
  tries INTEGER NOT NULL DEFAULT 0,
  body BLOB
);
CREATE INDEX IF NOT EXISTS uplink_by_class ON uplink_items (class, published, waits_for, seq);
CREATE INDEX IF NOT EXISTS uplink_latest ON uplink_items (type, item_key) WHERE class = 'latest';
CREATE INDEX IF NOT EXISTS uplink_urgent ON uplink_items (item_key, seq) WHERE class = 'urgent';
CREATE INDEX IF NOT EXISTS uplink_waiting ON uplink_items (waits_for) WHERE waits_for IS NOT NULL;
CREATE TABLE IF NOT EXISTS uplink_parked (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  seq INTEGER,
  type TEXT NOT NULL,
  item_key TEXT NOT NULL,
  class TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  body BLOB NOT NULL,
  size INTEGER NOT NULL,
  reason TEXT NOT NULL,
  step TEXT NOT NULL,
  tries INTEGER NOT NULL,
  parked_at INTEGER NOT NULL
);
-- the id that a replayed write had while it was parked, until it is settled
CREATE TABLE IF NOT EXISTS uplink_replayed (
  seq INTEGER PRIMARY KEY,
  id INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS uplink_lost (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS uplink_counts (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
);

-- beacons
CREATE TABLE IF NOT EXISTS beacons (
  device_id TEXT PRIMARY KEY,
  beacon_id TEXT NOT NULL UNIQUE,
  public_key TEXT NOT NULL,
  registered_at INTEGER,
  approved INTEGER NOT NULL DEFAULT 0,
  firmware_version TEXT,
  area_id TEXT,
  status TEXT,
  last_seen INTEGER,
  registration BLOB,
  heartbeat BLOB
);
CREATE TABLE IF NOT EXISTS beacon_commands (
  beacon_id TEXT NOT NULL,
  command_id TEXT NOT NULL,
  command BLOB NOT NULL,
  deliveries INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (beacon_id, command_id)
);
CREATE TABLE IF NOT EXISTS access_logs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  beacon_id TEXT NOT NULL,
  log_key TEXT NOT NULL,
  at INTEGER NOT NULL,
  log BLOB NOT NULL,
  UNIQUE (beacon_id, log_key)
);
CREATE INDEX IF NOT EXISTS access_logs_by_time ON access_logs (at);
CREATE TABLE IF NOT EXISTS beacon_revocations (
  beacon_id TEXT NOT NULL,
  origin TEXT NOT NULL,
  revoked_at INTEGER NOT NULL,
  PRIMARY KEY (beacon_id, origin)
);
CREATE TABLE IF NOT EXISTS audit (
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  reason TEXT NOT NULL,
  by_whom TEXT NOT NULL,
  token_id TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS used_nonces (
  nonce TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS used_nonces_by_end ON used_nonces (expires_at);

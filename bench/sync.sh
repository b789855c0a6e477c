#!/bin/sh
# Data sync beside curl, rsync and PouchDB: bench/sync.sh [documents] [repetitions]
set -e
here=$(dirname "$0")
command -v rsync >/dev/null || echo "rsync is not here, so it is not measured" >&2
if command -v npm >/dev/null; then
  mkdir -p "$here/target/pouchdb"
  cp "$here/pouchdb/package.json" "$here/pouchdb/replicate.mjs" "$here/target/pouchdb"
  (cd "$here/target/pouchdb" && npm install --silent --no-audit --no-fund >&2)
fi
exec "$here/run.sh" SyncBench "$@"

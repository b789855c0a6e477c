#!/bin/sh
# Data sync beside curl, rsync and PouchDB: bench/sync.sh [documents] [repetitions]
exec "$(dirname "$0")/run.sh" SyncBench "$@"

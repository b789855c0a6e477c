#!/bin/sh
# A mall's access logs on their way to a real central: bench/backlog.sh [reports] [logs] [beacons] [rounds]
exec "$(dirname "$0")/run.sh" BacklogBench "$@"

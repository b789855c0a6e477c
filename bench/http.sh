#!/bin/sh
# A YAML route beside bare Vert.x, registrations, heartbeats: bench/http.sh [seconds] [registrations]
exec "$(dirname "$0")/run.sh" HttpBench "$@"

#!/bin/sh
# Start-up time and resident memory of central and orchestrator: bench/startup.sh [runs]
exec "$(dirname "$0")/run.sh" StartUp "$@"

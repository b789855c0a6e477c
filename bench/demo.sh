#!/bin/sh
# Whether the demo levels off: memory, threads and descriptors of each process, and its disk: bench/demo.sh [minutes]
exec "$(dirname "$0")/run.sh" DemoBench "$@"

#!/bin/sh
# The mall's uplink beside a loop without Camel: bench/uplink.sh [items] [repetitions] [backlog] [bytes]
exec "$(dirname "$0")/run.sh" UplinkBench "$@"

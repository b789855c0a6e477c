#!/bin/sh
# The mall's door for beacons beside bare MQTT publishes: bench/door.sh [beacons] [clients] [seconds] [rounds] [logs]
exec "$(dirname "$0")/run.sh" DoorBench "$@"

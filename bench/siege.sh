#!/bin/sh
# Central and a mall under every attack that we know, for ten minutes: bench/siege.sh [seconds] [idle connections] [seed]
set -e
cd "$(dirname "$0")/.."
exec ./mvnw -ntp -B verify -pl e2e -am -Dspotless.check.skip -Dtest=SiegeTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Ddrover.siege.health-seconds=5 -Ddrover.siege.seconds="${1:-600}" -Ddrover.siege.idle="${2:-10000}" ${3:+-Ddrover.siege.seed="$3"}

#!/bin/sh
# The power is cut while a store writes, so many times, at the lowest priority: bench/power-cut.sh [store: sqlite, h2, artemis, kafka, keys] [cuts] [numbers of each writer] [seed] [lies]
# Ended, it goes on where it was. Without e2e/target/power-cut it begins anew. Ends with 1 when something was lost or did not start; with "lies", a disk that only says that it synced, when nothing was.
set -e
cd "$(dirname "$0")/.."
nice -n 19 ./mvnw -q -ntp -B -pl e2e -am -DskipTests -Dspotless.check.skip package dependency:build-classpath \
  -Dmdep.outputFile=target/test.classpath
exec nice -n 19 java -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Ddrover.home="$PWD" \
  -cp "e2e/target/test-classes:$(cat e2e/target/test.classpath)" dev.drover.e2e.powercut.PowerCutCampaign "${1:-sqlite}" "${2:-200}" ${3:+"$3"} ${4:+"$4"} ${5:+"$5"}

#!/bin/sh
# Jazzer on every parser of outside bytes in sequence, at the lowest priority: bench/fuzz.sh [seconds of each] [seconds of a slice]
# Ended, it goes on where it was, at most one slice is lost. Without e2e/target/fuzz it begins anew. Ends with 1 when it found something.
set -e
cd "$(dirname "$0")/.."
nice -n 19 ./mvnw -q -ntp -B -pl e2e -am -DskipTests -Dspotless.check.skip package dependency:build-classpath \
  -Dmdep.outputFile=target/test.classpath
exec nice -n 19 java -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Ddrover.home="$PWD" \
  -cp "e2e/target/test-classes:$(cat e2e/target/test.classpath)" dev.drover.e2e.fuzz.FuzzCampaign "$@"

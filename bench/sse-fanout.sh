#!/bin/sh
# SSE fan-out beside nginx with nchan: bench/sse-fanout.sh [streams] [seconds]
set -e
cd "$(dirname "$0")/.."
./mvnw -q -pl bench -am -DskipTests -Dspotless.check.skip package
./mvnw -q -pl bench -am -DskipTests -Dspotless.check.skip package dependency:build-classpath \
  -Dmdep.outputFile=target/bench.classpath
exec java -Xmx512m -cp "bench/target/classes:$(cat bench/target/bench.classpath)" dev.drover.bench.SseFanout "$@"

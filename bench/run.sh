#!/bin/sh
# Runs one class of the benchmarks: bench/run.sh CLASS [arguments]; builds what it needs.
set -e
cd "$(dirname "$0")/.."
./mvnw -q -pl bench,central,orchestrator -am -DskipTests -Dspotless.check.skip package
./mvnw -q -pl bench -am -DskipTests -Dspotless.check.skip package dependency:build-classpath \
  -Dmdep.outputFile=target/bench.classpath
class=$1
shift
exec java -Xmx512m -cp "bench/target/classes:$(cat bench/target/bench.classpath)" "dev.drover.bench.$class" "$@"

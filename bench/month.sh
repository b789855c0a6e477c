#!/bin/sh
# A mall that is alone for a month and is killed again and again: bench/month.sh [logs] [mqtt or kafka] [seconds between kills] [seed]
exec "$(dirname "$0")/run.sh" MonthBench "$@"

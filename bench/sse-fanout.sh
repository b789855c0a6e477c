#!/bin/sh
# SSE fan-out beside nginx with nchan: bench/sse-fanout.sh [seconds] [streams ...]
set -e
if [ ! -f /usr/lib/nginx/modules/ngx_nchan_module.so ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get install -y -q nginx libnginx-mod-nchan >/dev/null
  else
    echo "nginx with nchan is not here (Debian: nginx libnginx-mod-nchan); only Drover is measured" >&2
  fi
fi
exec "$(dirname "$0")/run.sh" SseFanout "$@"

#!/usr/bin/env bash
# Looks for flakes: runs the whole suite against parleyd many times. By hand: tests/conformance/selftest/repeat.sh [RUNS] [FOLDER]
# FOLDER has the programs (default: build/bin). Stops at the first run that is not perfect, and shows it.
set -euo pipefail

runs=${1:-100}
programs=${2:-build/bin}
for ((run = 1; run <= runs; ++run)); do
  report=$("$programs/parley-conform" server --seed "$run" --receipt-time 3 --timeout 5 \
    --exec "$programs/parleyd --port {port} --log-level off --receipt-timeout 1") || true
  if ! grep -q ' passed, 0 failed, 0 skipped, score' <<<"$report"; then
    echo "run $run:"
    echo "$report"
    exit 1
  fi
done
echo "$runs runs: $(tail -n 1 <<<"$report") in each"

#!/usr/bin/env bash
# Measures: the package and the crate against a hand-written evaluator and the peers that npm has. `--quick` measures less,
# and leaves the README as it is.
source "$(dirname "$0")/env.sh"
scripts/setup.sh browser
scripts/build.sh
cmp -s benches/package-lock.json benches/node_modules/.samebucket || {
  quietly "npm ci in benches/" npm ci --prefix benches --no-audit --no-fund
  cp benches/package-lock.json benches/node_modules/.samebucket
}
ln -sfn ../../pkg benches/node_modules/samebucket
cargo bench --quiet --bench native --no-run

say "comparing the hand-written evaluator's answers"
node benches/check.mjs 100 1000
node benches/check.mjs 1000 1000
node benches/check.mjs 10000 20

say "measuring"
node benches/run.mjs "$@"

say "goals"
node benches/report.mjs
say "that took $SECONDS s"

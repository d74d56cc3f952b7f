#!/usr/bin/env bash
# The main job: the same snapshot and the same users, evaluated in wasm and natively.
source "$(dirname "$0")/env.sh"
scripts/build.sh
if [ -x target/release/examples/backend ]; then
  cargo build --quiet --release --example backend
else
  quietly "building the native backend" cargo build --release --example backend
fi
node scripts/demo.mjs
say "the demo took $SECONDS s"

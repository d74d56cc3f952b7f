#!/usr/bin/env bash
# Installs the packed package into small projects and runs each: pkg/ must be built.
source "$(dirname "$0")/env.sh"
scripts/setup.sh packaging
# What one run left must not help the next.
rm -rf tests/packaging/output
if [ -z "${NATIVE_ANSWERS:-}" ]; then
  cargo build --quiet --release --example native_answers
  export NATIVE_ANSWERS=$ROOT/target/release/examples/native_answers
fi
node --test --test-reporter=spec tests/packaging/*.test.mjs

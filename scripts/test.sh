#!/usr/bin/env bash
# Every test: natively, as wasm in Node and in a browser, and of the npm package. Stops at the first part that fails.
source "$(dirname "$0")/env.sh"
scripts/setup.sh wasm node browser packaging
scripts/build.sh
scripts/lint.sh

say "native tests"
cargo test --quiet

WASM_TESTS="--test circuits --test conformance --test backends --test loading --test backend_loading"

# wasm-bindgen's runner succeeds when it has run nothing at all, which must not pass for a test.
wasm_tests() {
  local log="$TOOLS/wasm-tests.log"
  (use_wasm_toolchain && wasm-pack test "$@" --mode no-install -- $WASM_TESTS) 2>&1 | tee "$log" | grep -vE '^ +(Compiling|Finished|Running)' || true
  [ "$(grep -cE '^test result: ok\. [1-9]' "$log")" = "$(grep -o -- --test <<<"$WASM_TESTS" | wc -l)" ] || die "not every wasm test ran and passed (log: $log)"
}

say "wasm tests in Node"
wasm_tests --node

say "wasm tests in headless Chromium"
chromedriver=${CHROMEDRIVER:-$(command -v chromedriver)}
WASM_BINDGEN_USE_BROWSER=1 WASM_BINDGEN_TEST_TIMEOUT=300 wasm_tests --headless --chrome --chromedriver "$chromedriver"

say "buckets, recomputed with Python's hashlib"
python3 tests/check_buckets.py

say "the oracles' own tests"
python3 tests/oracles/test_oracles.py

say "building the native side of the comparisons with wasm"
cargo build --quiet --release --example native_answers --example oracle_answers

say "tests of the npm package, of the schema and of the page"
NATIVE_ANSWERS=$ROOT/target/release/examples/native_answers node --test --test-reporter=spec --test-timeout=300000 \
  tests/*.test.mjs tests/oracles/*.test.mjs tests/client/*.test.mjs tests/openfeature/*.test.mjs tests/observe/*.test.mjs

say "the packed package in every runtime, bundler and browser"
NATIVE_ANSWERS=$ROOT/target/release/examples/native_answers scripts/packaging.sh

say "all tests passed in $SECONDS s"

# shellcheck shell=bash
# Sourced by every script here: pinned tool versions, where tools live, and how scripts speak.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

# Must equal the `wasm-bindgen` pin in Cargo.toml: the glue generator refuses any other version.
WASM_BINDGEN_VERSION=0.2.130
WASM_PACK_VERSION=0.15.1

# Tools outlive a checkout, so that a second clone does not build them again.
TOOLS=${SAMEBUCKET_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/samebucket}
mkdir -p "$TOOLS"
export PATH="$TOOLS/wasm-bindgen-$WASM_BINDGEN_VERSION/bin:$TOOLS/wasm-pack-$WASM_PACK_VERSION/bin:$ROOT/tests/node_modules/.bin:$PATH"

TARGET=wasm32-unknown-unknown

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Runs a long command with its output in a log, saying every 20 s that it still runs; the log's end is shown on failure.
quietly() {
  local what=$1 log
  shift
  log="$TOOLS/$(echo "$what" | tr -c 'a-zA-Z0-9\n' '-').log"
  say "$what (log: $log)"
  local started=$SECONDS
  "$@" </dev/null >"$log" 2>&1 &
  local pid=$! ticks=0
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.5
    ticks=$((ticks + 1))
    [ $((ticks % 40)) -eq 0 ] && echo "    still at it, $((SECONDS - started)) s: $(tail -n 1 "$log" | cut -c1-100)"
  done
  if ! wait "$pid"; then
    tail -n 40 "$log" >&2
    die "failed: $what (the whole log: $log)"
  fi
  echo "    done in $((SECONDS - started)) s"
}

# As root on Debian, packages install as they are; anyone else is told what is missing.
apt_install() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    die "missing: $*. Install it with your system's package manager, then run this again"
  fi
  quietly "apt-get update" apt-get update
  quietly "apt-get install $*" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# Selects the Rust toolchain that builds for wasm: the default one, or the one that `setup.sh` linked.
use_wasm_toolchain() {
  if [ -f "$TOOLS/wasm-toolchain" ]; then
    RUSTUP_TOOLCHAIN=$(cat "$TOOLS/wasm-toolchain")
    export RUSTUP_TOOLCHAIN
  fi
}

# Whether the compiler selected can build the standard library for size: that takes its source, and a recent compiler.
builds_std() {
  [ -f "$(rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ] &&
    RUSTC_BOOTSTRAP=1 rustc -Zunstable-options -Cpanic=immediate-abort --target "$TARGET" --print cfg >/dev/null 2>&1
}

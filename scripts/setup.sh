#!/usr/bin/env bash
# Installs what is missing for the parts named: wasm, node, browser, packaging.
# Quick when there is nothing to do.
source "$(dirname "$0")/env.sh"

has_target() { # has_target <rustc>: does this compiler bring the wasm standard library?
  local lib
  lib=$("$1" --print target-libdir --target "$TARGET" 2>/dev/null) && compgen -G "$lib/libstd-*.rlib" >/dev/null
}

setup_target() {
  rm -f "$TOOLS/wasm-toolchain"
  if [ "${SAMEBUCKET_WASM_TARGET:-}" != debian ]; then
    has_target rustc && return
    say "adding the Rust target $TARGET with rustup"
    if timeout 180 rustup target add "$TARGET" >"$TOOLS/rustup.log" 2>&1 && has_target rustc; then
      echo "    took it from rustup"
      return
    fi
    echo "    rustup could not bring it (log: $TOOLS/rustup.log); taking Debian's rustc and building the standard library"
  fi
  setup_debian_target
  echo web >"$TOOLS/wasm-toolchain"
}

# Debian ships the compiler and the standard library's source, not the library for wasm: build that once.
setup_debian_target() {
  local missing=() package
  for package in rustc-web cargo-web rust-web-src rust-web-clippy rust-web-llvm lld-22; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}"
  rustup toolchain list | grep -q '^web\b' || rustup toolchain link web /usr
  has_target /usr/bin/rustc && return
  quietly "building Rust's standard library for $TARGET" build_standard_library
  rm -rf "$ROOT/target/$TARGET" # built against the library that was replaced
}

build_standard_library() {
  local work deps lib=/usr/lib/rustlib/$TARGET/lib
  work=$(mktemp -d)
  mkdir -p "$work/src"
  : >"$work/src/lib.rs"
  # Without embedded bitcode no link-time optimisation works against the library.
  printf '[package]\nname = "throwaway"\nedition = "2021"\n[profile.release]\nopt-level = 3\n' >"$work/Cargo.toml"
  (cd "$work" && CARGO_TARGET_DIR="$work/target" RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes \
    /usr/bin/cargo build --release --target "$TARGET" -Zbuild-std=std,panic_abort,test)
  deps=$work/target/$TARGET/release/deps
  mkdir -p "$lib"
  find "$deps" -name '*.rlib' ! -name 'libthrowaway-*' -exec cp {} "$lib/" \;
  rm -rf "$work"
}

cargo_tool() { # cargo_tool <crate> <version> <binary> [cargo install's flags]
  local crate=$1 version=$2 binary=$3
  shift 3
  [ -x "$TOOLS/$crate_dir/bin/$binary" ] && return
  quietly "cargo install $crate $version (once, 2 to 4 minutes)" \
    cargo install "$crate" --version "$version" --root "$TOOLS/$crate_dir" "$@"
}

setup_wasm() {
  setup_target
  crate_dir=wasm-bindgen-$WASM_BINDGEN_VERSION cargo_tool wasm-bindgen-cli "$WASM_BINDGEN_VERSION" wasm-bindgen
  crate_dir=wasm-pack-$WASM_PACK_VERSION cargo_tool wasm-pack "$WASM_PACK_VERSION" wasm-pack --locked
}

npm_packages() { # npm_packages <folder> <npm's command>
  local folder=$1 stamp=$1/node_modules/.samebucket
  shift
  command -v node >/dev/null || die "node is missing; version 20 or later is needed"
  cmp -s "$folder/package-lock.json" "$stamp" && return
  quietly "npm $1 in $folder/" npm "$@" --prefix "$folder" --no-audit --no-fund
  cp "$folder/package-lock.json" "$stamp"
}

# The build needs binaryen, the tests the rest: one lock file for both.
setup_node() { npm_packages tests ci; }

setup_browser() {
  [ -n "${CHROME:-}" ] && [ -n "${CHROMEDRIVER:-}" ] && return
  local missing=()
  command -v chromium >/dev/null || missing+=(chromium)
  command -v chromedriver >/dev/null || missing+=(chromium-driver)
  [ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}"
}

# The runtimes and bundlers that the packed package is tried in, and a second browser. Where that one cannot be installed
# its tests say that they are skipped, and fail in CI. Not `npm ci`: that wants other systems' binaries in the lock file, and
# not every registry has them. The versions are the lock file's all the same.
setup_packaging() {
  npm_packages tests/packaging install --no-save
  [ -n "${FIREFOX:-}" ] || command -v firefox-esr >/dev/null || command -v firefox >/dev/null && return
  (apt_install firefox-esr) || echo "    going on without Firefox"
}

for part in "$@"; do
  case $part in
    wasm | node | browser | packaging) "setup_$part" ;;
    *) die "unknown part \`$part\`; there are wasm, node, browser and packaging" ;;
  esac
done

#!/usr/bin/env bash
# Gates of style: rustfmt, clippy natively and for wasm, rustdoc, shell syntax, and tsc over the package.
source "$(dirname "$0")/env.sh"
scripts/setup.sh wasm node

say "rustfmt"
cargo fmt --check

say "clippy, natively"
cargo clippy --quiet --all-targets -- -D warnings

say "clippy, for wasm"
(
  use_wasm_toolchain
  cargo clippy --quiet --lib --target "$TARGET" -- -D warnings
)

say "rustdoc"
RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps

say "shell scripts"
for script in scripts/*.sh .ci/run; do bash -n "$script"; done

# The template's code against the generated glue's types, and the package's types against good and bad uses of them.
say "tsc"
[ -f target/wasm-package/glue.d.ts ] || scripts/build.sh
package=target/tsc/package
rm -rf target/tsc
mkdir -p "$package" target/tsc/node_modules
ln -s ../package target/tsc/node_modules/samebucket
cp -r pkg-template/. "$package"
cp target/wasm-package/glue.d.ts "$package"
for types in index slim inline observe; do sed 's|"./index.js"|"./index.cjs"|' "pkg-template/$types.d.ts" >"$package/$types.d.cts"; done
# These stand for what the build makes: the bundle, which exports the same, and the wasm's bytes.
cp pkg-template/slim.js "$package/slim.cjs"
for bytes in wasm-bytes.d.ts wasm-bytes.d.cts; do echo 'declare const bytes: Uint8Array<ArrayBuffer>; export default bytes;' >"$package/$bytes"; done
cp tests/types/* target/tsc
for project in target/tsc/tsconfig*.json; do tsc --project "$project"; done
echo "    all clean"

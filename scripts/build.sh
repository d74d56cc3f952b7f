#!/usr/bin/env bash
# Builds the npm package into pkg/: the wasm, its glue, and what pkg-template/ has.
source "$(dirname "$0")/env.sh"
scripts/setup.sh wasm node
use_wasm_toolchain

# The cdylib alone: built together with the rlib, as `wasm-pack build` does, there is no link-time optimisation.
# The standard library is built with it, for size, and a panic is one instruction: nobody could read its message.
say "building the wasm"
build=(cargo rustc --quiet --profile wasm --lib --crate-type cdylib --target "$TARGET")
if builds_std; then
  echo "    with a standard library built for size, by $(rustc --version)"
  RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zunstable-options -Cpanic=immediate-abort" \
    "${build[@]}" -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size
else
  echo "    with the ready-made standard library, for lack of its source: the wasm is a tenth larger"
  "${build[@]}"
fi
wasm=target/$TARGET/wasm/samebucket.wasm
out=target/wasm-package

# wasm-opt takes some seconds; its result is kept for as long as what goes in stays the same.
if ! sha256sum --status -c "$out/input" 2>/dev/null; then
  say "generating the glue, optimising the wasm"
  rm -rf "$out"
  # Without a default path, so that bundlers do not look for a file of another name.
  wasm-bindgen "$wasm" --target web --omit-default-module-path --out-dir "$out" --out-name glue
  # The stack lies lowest: no address below 1 024 is one that anything is kept at.
  wasm-opt --low-memory-unused --flatten --rereloop -Os -Oz --converge \
    --enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext --enable-mutable-globals \
    --enable-reference-types --enable-multivalue --strip-debug --strip-producers --strip-target-features \
    "$out/glue_bg.wasm" -o "$out/samebucket.wasm"
  sha256sum "$wasm" scripts/build.sh >"$out/input"
fi

say "putting the package together"
# Beside the old one and then in its place, so that nobody sees half a package.
new=target/pkg
rm -rf "$new"
cp -r pkg-template "$new"
cp LICENSE-MIT LICENSE-APACHE "$out/samebucket.wasm" "$out/glue.js" "$new/"
cp "$new/index.d.ts" "$new/index.d.cts"
esbuild "$new/api.js" --bundle --format=cjs --platform=neutral --target=node20 --log-level=warning --outfile="$new/api.cjs"
rm -rf pkg
mv "$new" pkg
node scripts/sizes.mjs

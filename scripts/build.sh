#!/usr/bin/env bash
# Builds the npm package into pkg/: the wasm, its glue, and what pkg-template/ has.
source "$(dirname "$0")/env.sh"
scripts/setup.sh wasm node
use_wasm_toolchain

unset SAMEBUCKET_BUDGET

# The cdylib alone: built together with the rlib, as `wasm-pack build` does, there is no link-time optimisation.
# The standard library is built with it, for size, and a panic is one instruction: nobody could read its message.
say "building the wasm"
build=(cargo rustc --quiet --profile wasm --lib --crate-type cdylib --target "$TARGET")
# engine.js sets the stack to rights after a call that failed on its way.
link=(-- -C link-arg=--export=__stack_pointer)
# SHA-256 with SIMD takes half the time. `samebucket_wasm`: what is hot says so, and is compiled for speed.
# Loops whose counters are not rewritten for addressing are shorter, and wasm engines address as they like anyway.
export RUSTFLAGS="-Ctarget-feature=+simd128 --cfg samebucket_wasm -Cllvm-args=-disable-lsr"
if builds_std; then
  echo "    with a standard library built for size, by $(rustc --version)"
  RUSTC_BOOTSTRAP=1 RUSTFLAGS="$RUSTFLAGS -Zunstable-options -Cpanic=immediate-abort" \
    "${build[@]}" -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size "${link[@]}"
else
  echo "    with the ready-made standard library, for lack of its source: the wasm is a tenth larger, which is no error here"
  # In CI it is: there the source is to be had.
  [ -n "${CI:-}" ] || export SAMEBUCKET_BUDGET=unheld
  RUSTC_BOOTSTRAP=1 "${build[@]}" "${link[@]}"
fi
wasm=target/$TARGET/wasm/samebucket.wasm
out=target/wasm-package

# wasm-opt takes some seconds; its result is kept for as long as what goes in stays the same.
if ! sha256sum --status -c "$out/input" 2>/dev/null; then
  say "binding and optimising the wasm"
  rm -rf "$out"
  # Of the glue only the types are taken: nothing but numbers crosses, and engine.js hands those over with a guard.
  wasm-bindgen "$wasm" --target bundler --out-dir "$out" --out-name glue
  # The stack lies lowest: no address below 1 024 is one that anything is kept at. What each function was called profiles say.
  wasm-opt --low-memory-unused --one-caller-inline-max-function-size=45 --flatten --rereloop -Os -Oz --converge \
    --flatten --rereloop -Oz -Oz --converge --skip-pass=local-cse \
    --enable-simd --enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext --enable-mutable-globals \
    --enable-reference-types --enable-multivalue --print-function-map --strip-debug --strip-producers --strip-target-features \
    "$out/glue_bg.wasm" -o "$out/samebucket.wasm" >"$out/functions"
  sha256sum "$wasm" scripts/build.sh >"$out/input"
fi

say "putting the package together"
# Beside the old one and then in its place, so that nobody sees half a package.
new=target/pkg
rm -rf "$new"
cp -r pkg-template "$new"
cp LICENSE-MIT LICENSE-APACHE "$out/samebucket.wasm" "$new/"
for types in index slim inline client openfeature openfeature-web openfeature-server observe; do
  sed -E 's#"\./([a-z-]+)\.js"#"./\1.cjs"#' "$new/$types.d.ts" >"$new/$types.d.cts"
done
# What the entries share, as one file for `require` and as two for `import`. Only what browsers load is made small.
bundle() { esbuild --bundle --platform=neutral --target=es2022 --log-level=warning "$@"; }
bundle "$new/slim.js" --format=cjs --outfile="$new/slim.cjs"
bundle "$new/api.js" --format=esm --minify --legal-comments=none --outfile="$new/api.js" --allow-overwrite
bundle "$new/slim.js" --format=esm --minify --legal-comments=none --external:./api.js --outfile="$new/slim.js" --allow-overwrite
rm "$new"/{context,engine,evaluation,module,snapshot}.js
# What stands beside the core takes it as its user does, so that there is one of it.
for entry in client openfeature-web openfeature-server observe; do
  bundle "$new/$entry.js" --format=cjs --packages=external --outfile="$new/$entry.cjs"
done
# The inline entry's bytes are the same file once more, in base64: for `import`, and from that for `require`.
bundle "$new/samebucket.wasm" --loader:.wasm=binary --format=esm --outfile="$new/wasm-bytes.js"
esbuild "$new/wasm-bytes.js" --format=cjs --target=es2022 --log-level=warning --outfile="$new/wasm-bytes.cjs"
rm -rf pkg
mv "$new" pkg
node scripts/sizes.mjs

/** What an import of the file gives is the bundler's to say: a module, bytes, an address. `init` takes each. */
declare const wasm: WebAssembly.Module;
export default wasm;

import type { InitInput } from "./index.js";

export * from "./index.js";

/**
 * Resolves when the module is ready. A failed attempt can be repeated.
 * @param input the wasm, which this entry does not bring: `samebucket/samebucket.wasm` as your bundler gives it
 */
export function init(input: InitInput): Promise<void>;

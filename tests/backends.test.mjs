// The recorded answers of the backends' formats are what the oracles answer today.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("tests/backends/ is current", () => {
  const script = fileURLToPath(new URL("oracles/record.mjs", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
});

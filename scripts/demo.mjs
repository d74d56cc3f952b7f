// Evaluates the shop of www-example/ for 10 000 users, in Node through wasm and natively in Rust, compares every answer
// of every flag and prints who got what. Called by `make demo`, after everything is built.

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, promisify } from "node:util";

import { Evaluator } from "../pkg/node.js";

const USERS = 10_000;
const NOW = Date.parse("2026-11-20T12:00:00Z");

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** A user of the shop; the same ones at every run. Strides without common factors mix the attributes. */
function user(index) {
  const pick = (stride, ...choices) => choices[Math.floor((index * stride) / 7) % choices.length];
  const attributes = {
    targetingKey: `u-${index}`,
    email: `user${index}@${index % 40 === 0 ? "berlin.shop.example" : "mail.example"}`,
    country: pick(11, "DE", "FR", "US", "AT", "CH", "GB", "NL", "SE"),
    plan: pick(13, "free", "free", "free", "plus", "business"),
    orders: (index * 17) % 40,
    signed_up_at: new Date(NOW - ((index * 31) % 1200) * 86_400_000).toISOString(),
    labels: index % 60 === 0 ? ["disputed"] : [],
    beta_opt_in: index % 9 === 0,
    consent: { personalisation: index % 3 !== 0 },
  };
  if (index % 5 !== 0) {
    attributes.app = { platform: pick(5, "ios", "android"), version: `${pick(3, 3, 4, 4, 4)}.${pick(19, 2, 8, 9, 10, 11, 12)}.0`, rooted: index % 70 === 0 };
  }
  if (index % 6 === 0) {
    attributes.tenant = { id: `tenant-${index % 250}`, type: pick(23, "small", "enterprise"), seats: (index * 7) % 300 };
  }
  if (index % 50 === 0) delete attributes.targetingKey; // a visitor whom nobody knows
  return attributes;
}

const users = Array.from({ length: USERS }, (_, index) => user(index));
const snapshot = readFileSync(here("www-example/snapshot.json"));

const evaluator = new Evaluator({ clock: () => NOW });
const info = evaluator.loadSnapshot(snapshot);
console.log(`${info.flagCount} flags of version ${info.version}, ${USERS} users, environment ${info.environment}\n`);

let started = performance.now();
const inWasm = users.map((context) => Object.values(evaluator.evaluateAll(context)));
const wasmTime = performance.now() - started;

started = performance.now();
const inRust = await natively();
const rustTime = performance.now() - started;

printTable();
const answers = USERS * info.flagCount;
const same = compare();
console.log(`\nwasm in Node: ${answers} answers in ${Math.round(wasmTime)} ms; native: in ${Math.round(rustTime)} ms, the process, its reading and writing JSON included`);
console.log(`${same} of ${USERS} users: browser-side and backend answers ${same === USERS ? "identical" : "DIFFER"}`);
process.exitCode = same === USERS ? 0 : 1;

async function natively() {
  const folder = mkdtempSync(join(tmpdir(), "samebucket-"));
  try {
    const file = join(folder, "users.jsonl");
    writeFileSync(file, users.map((context) => `${JSON.stringify(context)}\n`).join(""));
    const backend = here("target/release/examples/backend");
    const { stdout } = await promisify(execFile)(backend, [here("www-example/snapshot.json"), file, String(NOW)], { maxBuffer: 1 << 30 });
    return stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** How many users have the same answers to every flag on both sides; prints the first that have not. */
function compare() {
  let same = 0;
  users.forEach((context, index) => {
    if (inWasm[index].length === info.flagCount && isDeepStrictEqual(inWasm[index].map(plain), inRust[index])) same += 1;
    else if (same === index) console.log("differs:", JSON.stringify({ context, wasm: inWasm[index], native: inRust[index] }));
  });
  return same;
}

/** A copy without frozen parts, as JSON gives it. */
function plain(evaluation) {
  return JSON.parse(JSON.stringify(evaluation));
}

function printTable() {
  const rows = inWasm[0].map(({ flagKey }, flag) => {
    const count = (part) => {
      const counts = new Map();
      for (const evaluations of inWasm) counts.set(part(evaluations[flag]), (counts.get(part(evaluations[flag])) ?? 0) + 1);
      return [...counts].sort((a, b) => b[1] - a[1]);
    };
    const shares = count((evaluation) => evaluation.variant).map(([variant, users]) => `${variant} ${((100 * users) / USERS).toFixed(2)} %`);
    const because = ({ reason, backendReason, ruleId }) => `${reason} ${ruleId ?? backendReason}`;
    const reasons = count(because).map(([reason, users]) => `${reason} ${users}`);
    return [flagKey, shares.join(", "), reasons.join(", ")];
  });
  const table = [["flag", "share of users per variant", "reasons: how many users"], ...rows];
  const widths = [0, 1].map((column) => Math.max(...table.map((row) => row[column].length)));
  table.splice(1, 0, [...widths, 40].map((width) => "─".repeat(width)));
  for (const [flag, shares, reasons] of table) console.log(`${flag.padEnd(widths[0])}  ${shares.padEnd(widths[1])}  ${reasons}`);
}

// Signatures by node:crypto, which the client must take or refuse: the client checks them with WebCrypto.

import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { after, test } from "node:test";

import { launchChromium } from "../browser.mjs";
import { installed } from "./package.mjs";
import { snapshotOf, startServer } from "./server.mjs";

const { client: { createClient, webStorage }, root } = await installed("client-signature");
const server = await startServer();
after(() => server.close());

const [ours, theirs, next] = [1, 2, 3].map(() => generateKeyPairSync("ed25519"));
const signed = (text, { privateKey } = ours) => sign(null, Buffer.from(text), privateKey).toString("base64");
const spki = ours.publicKey.export({ format: "der", type: "spki" });
const pem = ours.publicKey.export({ format: "pem", type: "spki" });
const raw = spki.subarray(-32);

/** RFC 8032, section 7.1, test 2: the key, the message and the signature are not of any code here. */
const RFC = {
  key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
  message: "72",
  signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
};

let sessions = 0;
function session(state) {
  const name = `s${sessions++}`;
  return { name, state: Object.assign(server.session(name), state), url: `${server.origin}/${name}/flags.json`, sig: `${server.origin}/${name}/flags.sig` };
}

/** How a start ends: `good`, or with an error's code and message. */
async function outcome(options) {
  const client = createClient({ retries: 0, ...options });
  const found = await client.ready().then(() => "good", ({ code, message }) => `${code}: ${message}`);
  const value = client.evaluate("version", {}, -1).value;
  client.close();
  return [found, value];
}

test("a snapshot that is signed is taken, with the key in every form, in the header and beside", async () => {
  const keys = {
    pem, spki: new Uint8Array(spki), "spki in base64": spki.toString("base64"), raw: new Uint8Array(raw), "raw in base64": raw.toString("base64"),
    "raw in base64 for addresses": raw.toString("base64url"), buffer: raw,
    CryptoKey: await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]), "one of several": [theirs.publicKey.export({ format: "pem", type: "spki" }), pem],
  };
  for (const [form, publicKey] of Object.entries(keys)) {
    const { url } = session({ headers: { "x-snapshot-signature": signed(snapshotOf(1)) } });
    assert.deepEqual(await outcome({ url, publicKey }), ["good", 1], form);
  }
  const { url, sig } = session({ signature: signed(snapshotOf(1)) });
  assert.deepEqual(await outcome({ url, publicKey: pem, signatureUrl: sig }), ["good", 1]);
  const text = session({ signature: Buffer.from(`${signed(snapshotOf(1))}\n`).toString("base64") });
  assert.deepEqual(await outcome({ url: text.url, publicKey: pem, signatureUrl: text.sig }), ["good", 1]);
});

test("unsigned, or signed wrongly: refused", async () => {
  const unsigned = "signature: the snapshot is not signed";
  const wrong = "signature: the snapshot's signature is not by the key expected, or not over these bytes";
  const garbled = "signature: the snapshot's signature is not the base64 of 64 bytes";
  const flipped = Buffer.from(signed(snapshotOf(1)), "base64");
  flipped[10] ^= 1;
  const cases = [
    [{}, unsigned], [{ "x-snapshot-signature": "" }, unsigned], [{ "x-snapshot-signature": signed(snapshotOf(2)) }, wrong],
    [{ "x-snapshot-signature": signed(snapshotOf(1), theirs) }, wrong], [{ "x-snapshot-signature": flipped.toString("base64") }, wrong],
    [{ "x-snapshot-signature": "?" }, garbled], [{ "x-snapshot-signature": flipped.subarray(1).toString("base64") }, garbled],
    [{ "x-snapshot-signature": Buffer.alloc(64).toString("base64") }, wrong],
  ];
  for (const [headers, message] of cases) assert.deepEqual(await outcome({ url: session({ headers }).url, publicKey: pem }), [message, -1], JSON.stringify(headers));
  const missing = session({});
  assert.deepEqual(await outcome({ url: missing.url, publicKey: pem, signatureUrl: missing.sig }), ["http: the server answered with status 404", -1]);
});

test("RFC 8032's key and signature are known, of a message that is no snapshot", async () => {
  const answer = (message, signature) => () =>
    Promise.resolve(new Response(Buffer.from(message, "hex"), { headers: { "content-type": "application/json", "x-snapshot-signature": Buffer.from(signature, "hex").toString("base64") } }));
  const start = (message, signature) => outcome({ url: "https://flags.example/", publicKey: Buffer.from(RFC.key, "hex"), fetch: answer(message, signature) });
  assert.match((await start(RFC.message, RFC.signature))[0], /^snapshot: /, "the signature holds: what is refused is the message");
  assert.match((await start("73", RFC.signature))[0], /^signature: /);
});

test("the one before stays in force, and a key can be replaced", async () => {
  const { url, state } = session({ headers: { "x-snapshot-signature": signed(snapshotOf(1)) } });
  const client = createClient({ url, retries: 0, publicKey: [pem, next.publicKey.export({ format: "pem", type: "spki" })] });
  const events = [];
  for (const event of ["ready", "change", "stale", "error"]) client.on(event, ({ error }) => events.push(event + (error ? ` ${error.code}` : "")));
  await client.ready();
  state.version = 2;
  await client.refresh().catch(() => {});
  assert.deepEqual([client.evaluate("version").value, client.stale, events], [1, true, ["ready", "error signature", "stale"]]);
  state.headers = { "x-snapshot-signature": signed(snapshotOf(2), next) };
  await client.refresh();
  assert.deepEqual([client.evaluate("version").value, client.stale], [2, false]);
  client.close();
});

test("what the storage holds is checked again: another's snapshot does not load, nor one that was kept without a signature", async () => {
  const kept = new Map();
  const storage = webStorage({ getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) });
  const { url, state } = session({ headers: { "x-snapshot-signature": signed(snapshotOf(1)) } });
  assert.deepEqual(await outcome({ url, publicKey: pem, storage }), ["good", 1]);
  const [key, record] = [...kept][0];
  assert.equal(key, `samebucket:${url}`);
  state.always = "reset";
  const restart = async (record) => {
    kept.set(key, record);
    const errors = [];
    const client = createClient({ url, publicKey: pem, storage, retries: 0 });
    client.on("error", ({ error }) => errors.push(error.code));
    await client.ready().catch(() => {});
    await client.refresh().catch(() => {});
    client.close();
    return [client.evaluate("version", {}, -1).value, errors[0]];
  };
  assert.deepEqual(await restart(record), [1, "network"]);
  const [head, body] = record.split("\n");
  const { createHash } = await import("node:crypto");
  const forged = body.replace('"value"', '"value"').replace('"on":1', '"on":666');
  assert.notEqual(forged, body);
  const about = (change) => JSON.stringify({ ...JSON.parse(head), ...change });
  const digest = createHash("sha256").update(forged).digest("hex");
  assert.deepEqual(await restart(`${about({ digest })}\n${forged}`), [-1, "signature"]);
  assert.deepEqual(await restart(`${about({ digest, signature: signed(forged, theirs) })}\n${forged}`), [-1, "signature"]);
  assert.deepEqual(await restart(`${about({ signature: undefined })}\n${body}`), [-1, "signature"]);
  assert.deepEqual(await restart(`${about({})}\n${forged}`), [-1, "digest"]);
  assert.deepEqual(await restart(`${about({ digest, signature: signed(forged) })}\n${forged}`), [666, "network"], "the test's own forgery is right but for the signature");
});

test("a bootstrap needs no signature; the same bytes from the server do, before they are kept", async () => {
  const kept = new Map();
  const storage = { get: (key) => kept.get(key), set: (key, value) => kept.set(key, value) };
  const { url, state } = session({});
  const client = createClient({ url, publicKey: pem, storage, retries: 0, bootstrap: snapshotOf(1) });
  assert.equal(client.evaluate("version").value, 1);
  assert.equal(await client.refresh().catch(({ code }) => code), "signature");
  await client.settled();
  assert.deepEqual([kept.size, client.stale], [0, true]);
  state.headers = { "x-snapshot-signature": signed(snapshotOf(1)) };
  await client.refresh();
  await client.settled();
  assert.deepEqual([kept.size, client.stale], [1, false]);
  client.close();
});

test("where there is no Ed25519, or no WebCrypto, everything is refused", async () => {
  const { url } = session({ headers: { "x-snapshot-signature": signed(snapshotOf(1)) } });
  const { subtle } = crypto;
  const original = subtle.importKey;
  subtle.importKey = () => Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError"));
  try {
    assert.deepEqual(await outcome({ url, publicKey: pem }), ["signature: this runtime does not take the public key: Unrecognized name.", -1]);
  } finally {
    delete subtle.importKey;
  }
  assert.equal(subtle.importKey, original);
  assert.equal(createPublicKey(pem).asymmetricKeyType, "ed25519");
});

test("in Chromium: the same signatures hold, and fail", async () => {
  const { existsSync, readFileSync } = await import("node:fs");
  const { join } = await import("node:path");
  const types = { js: "text/javascript", wasm: "application/wasm" };
  const pages = await startServer({
    serve({ url }, response) {
      const file = join(root, url);
      if (url === "/page") return response.writeHead(200, { "content-type": "text/html" }).end('<script type="importmap">{ "imports": { "samebucket": "/browser.js" } }</script><script type="module">import * as api from "/client.js"; window.api = api;</script>'), true;
      if (!existsSync(file)) return false;
      return response.writeHead(200, { "content-type": types[url.split(".").at(-1)] ?? "text/plain" }).end(readFileSync(file)), true;
    },
  });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`${pages.origin}/page`);
    await page.waitForFunction("window.api");
    const found = [];
    for (const [name, signature] of [["a", signed(snapshotOf(1))], ["b", signed(snapshotOf(2))], ["c", signed(snapshotOf(1), theirs)], ["d", ""]]) {
      pages.session(name).headers = { "x-snapshot-signature": signature };
      found.push(await page.evaluate(async ([url, publicKey]) => {
        const client = api.createClient({ url, publicKey, retries: 0 });
        const found = await client.ready().then(() => client.evaluate("version").value, ({ code }) => code);
        client.close();
        return found;
      }, [`${pages.origin}/${name}/flags.json`, pem]));
    }
    assert.deepEqual(found, [1, "signature", "signature", "signature"]);
  } finally {
    await browser.close();
    await pages.close();
  }
});

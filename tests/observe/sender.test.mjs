// The sender of exposures in Node, against a real server that answers as it is told.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { createExposureSender } from "../../pkg/observe.js";
import { collector } from "./collector.mjs";

const exposure = (number, value = "x") => ({ flagKey: "f", variant: "v", value, targetingKey: `user-${number}`, reason: "SPLIT", ruleId: null, at: 1, version: null });
const many = (count) => Array.from({ length: count }, (_, number) => exposure(number));
const users = (events) => events.map(({ targetingKey }) => targetingKey);

/** A server, and a sender to it; both are closed at the end. */
async function ready(t, answer, options = {}) {
  const server = await collector(answer);
  const sender = createExposureSender({ url: `${server.url}/exposures`, random: () => 1, ...options });
  t.after(async () => {
    server.close();
    await sender.close();
  });
  return { server, sender };
}

test("a full batch goes at once, others when their time has come", async (t) => {
  const { server, sender } = await ready(t, undefined, { batchSize: 3, interval: 50 });
  many(4).forEach(sender.send);
  await server.until(() => server.events().length === 4);
  assert.deepEqual(users(server.events()), ["user-0", "user-1", "user-2", "user-3"]);
  assert.ok(server.requests.length <= 2);
  assert.deepEqual(server.requests[0].events[0], exposure(0));
  assert.equal(server.requests[0].type, "application/json");
  await sender.flush();
  assert.deepEqual([sender.pending, sender.dropped], [0, 0]);
});

test("no body has more than a batch", async (t) => {
  const { server, sender } = await ready(t, undefined, { interval: 0, batchSize: 3 });
  many(10).forEach(sender.send);
  await sender.flush();
  assert.deepEqual(server.events(), many(10));
  assert.deepEqual(server.requests.map(({ events }) => events.length), [3, 3, 3, 1]);
});

test("bodies stay within 30 000 bytes, whatever the text; a longer exposure goes alone", async (t) => {
  const { server, sender } = await ready(t, undefined, { interval: 0, batchSize: 10_000 });
  const sent = [...many(500), exposure(500, "🎉".repeat(10_000)), ...many(3), exposure(501, "é".repeat(100))];
  sent.forEach(sender.send);
  await sender.flush();
  assert.deepEqual(server.events(), sent);
  const sizes = server.requests.map(({ size, events }) => [size, events.length]);
  assert.ok(sizes.length >= 4);
  assert.deepEqual(sizes.filter(([size, count]) => size > 30_000 && count > 1), []);
});

test("what fails for now is tried again, in order and as often as needed; nothing is lost", async (t) => {
  const failures = [{ status: 500 }, { status: 503 }, { destroy: true, status: 500 }, { hang: true, status: 500 }, { status: 429, headers: { "retry-after": "0" } }, { status: 408 }];
  const { server, sender } = await ready(t, (request) => failures[request], { interval: 10, timeout: 100, retryDelay: 1 });
  many(5).forEach(sender.send);
  await server.until(() => server.events().length > 0);
  assert.deepEqual(server.events(), many(5));
  assert.equal(server.requests.length, failures.length + 1);
  await sender.flush();
  assert.deepEqual([sender.pending, sender.dropped], [0, 0]);
});

test("after a failure there is a pause, which grows, and `Retry-After` is heeded", async (t) => {
  const answers = [{ status: 500 }, { status: 500 }, { status: 503, headers: { "retry-after": "1" } }];
  const { server, sender } = await ready(t, (request) => answers[request], { interval: 1, retryDelay: 100, batchSize: 1 });
  sender.send(exposure(1));
  sender.send(exposure(2)); // a full batch does not come before its time either
  await server.until(() => server.events().length === 2);
  const pauses = server.requests.slice(1, 4).map(({ at }, index) => at - server.requests[index].at);
  // Not before it: how much later is the machine's affair.
  for (const [index, least] of [100, 200, 1_000].entries()) assert.ok(pauses[index] >= least - 5, `pause ${index}: ${pauses[index]} ms`);
});

test("what is refused for good is given up, and does not hold up the rest", async (t) => {
  const { server, sender } = await ready(t, (request) => (request === 0 ? { status: 400 } : undefined), { interval: 0 });
  sender.send(exposure(1));
  await sender.flush();
  assert.deepEqual([sender.pending, sender.dropped], [0, 1]);
  sender.send(exposure(2));
  await sender.flush();
  assert.deepEqual(users(server.events()), ["user-2"]);
});

test("so many wait at most, the newest", async (t) => {
  let down = true;
  const { server, sender } = await ready(t, () => (down ? { status: 503 } : undefined), { interval: 0, queueSize: 10 });
  many(25).forEach(sender.send);
  assert.deepEqual([sender.pending, sender.dropped], [10, 15]);
  await sender.flush();
  assert.deepEqual([sender.pending, sender.dropped], [10, 15]);
  down = false;
  await sender.flush();
  assert.deepEqual(users(server.events()), many(25).slice(15).map(({ targetingKey }) => targetingKey));
});

test("what has no form in JSON is given up", async (t) => {
  const { server, sender } = await ready(t, undefined, { interval: 0 });
  sender.send({ value: 1n });
  sender.send(exposure(1));
  await sender.flush();
  assert.deepEqual([users(server.events()), sender.dropped], [["user-1"], 1]);
});

test("`close` sends what waits, and takes no more", async (t) => {
  const { server, sender } = await ready(t, undefined, { interval: 60_000 });
  many(3).forEach(sender.send);
  await sender.close();
  assert.equal(server.events().length, 3);
  sender.send(exposure(4));
  await sender.flush();
  assert.deepEqual([server.events().length, sender.pending, sender.dropped], [3, 0, 1]);
  await sender.close();
});

test("`close` gives up what the server does not take, once it has tried", async (t) => {
  const { server, sender } = await ready(t, () => ({ status: 500 }), { interval: 5, retryDelay: 60_000 });
  many(3).forEach(sender.send);
  await server.until(() => server.requests.length === 1);
  await pause(20);
  await sender.close();
  assert.deepEqual([server.requests.length, sender.pending, sender.dropped], [2, 0, 3]);
});

test("a `fetch` that heeds no signal does not hold it up", async () => {
  const answers = [new Promise(() => {}), new Promise(() => {})];
  const sender = createExposureSender({ url: "http://localhost/", interval: 0, timeout: 20, fetch: async () => answers.shift() });
  sender.send(exposure(1));
  await sender.flush();
  assert.equal(sender.pending, 1);
  await sender.close();
  assert.deepEqual([answers.length, sender.pending, sender.dropped], [0, 0, 1]);
});

test("a `fetch` of another kind will do", async () => {
  const urls = [];
  const answers = [
    { ok: false, status: 503 },
    { ok: true, status: 200, body: {} },
    { ok: true, status: 200, body: { cancel: () => new Promise(() => {}) } },
    { ok: true, status: 200, body: { cancel() { throw new Error("no"); } } },
    undefined,
    { ok: true, status: 200 },
  ];
  const fetch = async (url) => (urls.push(url), answers.shift());
  const sender = createExposureSender({ url: { href: "http://localhost/x" }, interval: 0, retryDelay: 0, timeout: 5_000, fetch });
  const pending = [];
  for (let time = 0; time < 4; time++) {
    sender.send(exposure(time));
    await sender.flush();
    pending.push(sender.pending);
  }
  assert.deepEqual(pending, [1, 0, 0, 0]);
  sender.send(exposure(5));
  await sender.close();
  assert.deepEqual([new Set(urls), answers.length, sender.dropped], [new Set(["http://localhost/x"]), 1, 1]);
});

test("headers go along", async (t) => {
  const { server, sender } = await ready(t, undefined, { interval: 0, headers: { authorization: "Bearer x" } });
  sender.send(exposure(1));
  await sender.flush();
  assert.equal(server.requests[0].authorization, "Bearer x");
});

test("a process ends by itself, with a sender that waits and with one that is closed", async (t) => {
  const { server } = await ready(t);
  const observe = fileURLToPath(new URL("../../pkg/observe.js", import.meta.url));
  for (const end of ["", "await sender.close(); console.log(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length);"]) {
    const script = `import { createExposureSender } from ${JSON.stringify(observe)};
      const sender = createExposureSender({ url: "http://127.0.0.1:1/", interval: 3600_000, retryDelay: 3600_000 });
      sender.send({}); ${end}`;
    assert.equal(execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8", timeout: 30_000 }).trim(), end && "0");
  }
  assert.equal(server.requests.length, 0);
});

test("options out of range are refused, in words", () => {
  const refused = (options, message) => assert.throws(() => createExposureSender(options), { name: "TypeError", message });
  refused(undefined, "`url` must be an address with a scheme and a host; it is `undefined`");
  for (const url of [5, "/exposures", "", {}, "localhost:3000/exposures", "about:blank"]) {
    refused({ url }, `\`url\` must be an address with a scheme and a host; it is \`${url}\``);
  }
  const url = "http://localhost/";
  for (const name of ["batchSize", "queueSize"]) refused({ url, [name]: 0 }, `\`${name}\` must be a number from 1`);
  for (const [name, least] of [["interval", 0], ["timeout", 1], ["retryDelay", 0]]) {
    for (const value of [least - 1, NaN, Infinity, "5"]) {
      refused({ url, [name]: value }, `\`${name}\` must be a number of milliseconds from ${least} to 2147483647; it is \`${value}\``);
    }
  }
  for (const name of ["fetch", "random"]) refused({ url, [name]: 1 }, `\`${name}\` must be a function`);
});

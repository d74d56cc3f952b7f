// When the client asks, waits and gives up: all times are the world's own, and exact.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fakeWorld, json, quiet, snapshot, until } from "./fake.mjs";
import { installed } from "./package.mjs";

const { client: { ClientError, createClient } } = await installed("client-timing");
const URL_ = "https://flags.example/flags.json";

function started(world, options = {}) {
  const client = createClient({ url: URL_, ...world, ...options });
  const events = [];
  client.on("ready", () => events.push("ready"));
  client.on("change", ({ changed }) => events.push(`change ${changed}`));
  client.on("stale", ({ since }) => events.push(`stale ${since}`));
  client.on("error", ({ error }) => events.push(`error ${error.code}`));
  return { client, events, value: () => client.evaluate("version", {}, -1).value };
}

const codeOf = (promise) => promise.then(() => "good", ({ code }) => code);

test("polls come every 60 s, give or take a fifth, and let a process of Node end", async () => {
  for (const [drawn, wait] of [[0, 48_000], [0.5, 60_000], [0.999999, 71_999.976]]) {
    const world = fakeWorld({ random: () => drawn });
    const { client, value } = started(world);
    await client.ready();
    await until(() => world.waits().length === 1);
    assert.ok(Math.abs(world.waits()[0] - wait) < 0.01, `${world.waits()}`);
    assert.equal(world.pending()[0].isUnref, true);
    world.answer = () => json({}, 2);
    await world.pass(wait - 1);
    assert.deepEqual([world.requests.length, value()], [1, 1]);
    await world.pass(2);
    await until(() => value() === 2);
    assert.equal(world.requests.length, 2);
    client.close();
    assert.deepEqual(world.waits(), []);
  }
});

test("an attempt has 5 s, to its last byte, whether `fetch` listens to its signal or not", async () => {
  const endless = () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(5)) }), { headers: { "content-type": "application/json" } });
  for (const answer of [() => new Promise(() => {}), endless]) {
    const world = fakeWorld();
    world.answer = answer;
    const { client, events } = started(world, { retries: 0, fetch: (url, init) => (world.fetch(url, init).catch(() => {}), answer()) });
    const ready = codeOf(client.ready());
    await until(() => world.requests.length === 1);
    assert.deepEqual(world.waits(), [5_000]);
    await world.pass(4_999);
    assert.deepEqual(events, []);
    await world.pass(1);
    assert.equal(await ready, "timeout");
    assert.equal(world.requests[0].signal.aborted, true);
    client.close();
  }
});

test("repetitions wait twice as long each, up to the longest, and anything from nothing to that", async () => {
  for (const [options, drawn, waits] of [
    [{}, 1, [500, 1_000, 2_000]], [{}, 0.25, [125, 250, 500]], [{}, 0.001, [0.5, 1, 2]], [{ retries: 6, retryDelay: 100, maxRetryDelay: 700 }, 1, [100, 200, 400, 700, 700, 700]],
    [{ retries: 0 }, 1, []],
  ]) {
    const draws = [];
    const world = fakeWorld({ random: () => drawn });
    world.answer = () => json({}, 1, 503);
    const { client, events } = started(world, options);
    const ready = codeOf(client.ready());
    for (const wait of waits) {
      await until(() => world.waits().length === 1 && world.waits()[0] !== 5_000);
      draws.push(world.waits()[0]);
      assert.equal(world.pending()[0].isUnref, false, "a process that waits for a first snapshot does not end");
      await world.pass(wait);
    }
    assert.equal(await ready, "http");
    assert.deepEqual(draws, waits);
    assert.equal(world.requests.length, waits.length + 1);
    assert.deepEqual(events, ["error http"]);
    client.close();
    assert.deepEqual(world.waits(), []);
  }
});

test("`Retry-After`, in seconds and as a date", async () => {
  const date = (time) => new Date(time).toUTCString();
  const start = Date.UTC(2026, 0, 1);
  const cases = [
    // The header, the server's own date, the wait before the repetition: half of the first delay comes on top.
    ["7", undefined, 7_000 + 250], ["0", undefined, 250], ["10", undefined, 10_000 + 250],
    [date(start + 9_000), undefined, 9_000 + 250], [date(start - 9_000), undefined, 250],
    // The server's clock is an hour off: what counts is its own date.
    [date(start + 3_600_000 + 4_000), date(start + 3_600_000), 4_000 + 250],
    ["soon", undefined, 250], ["", undefined, 250],
  ];
  for (const [after, date, wait] of cases) {
    for (const status of [429, 503]) {
      const world = fakeWorld();
      world.answer = () => json({ "retry-after": after, ...(date ? { date } : {}) }, 1, status);
      const { client } = started(world);
      await until(() => world.waits().length === 1 && world.waits()[0] !== 5_000);
      assert.deepEqual(world.waits(), [wait], `${after} with ${date}`);
      world.answer = () => json({});
      await world.pass(wait);
      await client.ready();
      assert.equal(world.requests.length, 2);
      client.close();
    }
  }
});

test("a `Retry-After` that is too long to wait for: nobody asks before, not even who asks by hand", async () => {
  for (const [after, wait] of [["120", 120_000], ["9999999999", 3_600_000]]) {
    const world = fakeWorld();
    const { client, events, value } = started(world);
    await client.ready();
    await until(() => world.waits().length === 1);
    world.answer = () => json({ "retry-after": after }, 1, 429);
    assert.equal(await codeOf(client.refresh()), "http");
    assert.equal(world.requests.length, 2, "no repetition");
    world.answer = () => json({}, 2);
    assert.equal(await codeOf(client.refresh()), "http");
    await world.pass(wait - 1);
    assert.equal(await client.refresh().catch(({ retryAfter }) => retryAfter), wait);
    assert.deepEqual([world.requests.length, value(), client.stale], [2, 1, true]);
    await world.pass(2);
    await until(() => value() === 2);
    assert.deepEqual([world.requests.length, client.stale], [3, false]);
    assert.deepEqual(events.filter((event) => !event.startsWith("stale")), ["ready", "error http", "ready", "change version"]);
    client.close();
  }
});

test("without polling: nothing before the first use, then one request per `maxAge`, and no evaluation waits", async () => {
  const world = fakeWorld();
  const { client, value } = started(world, { polling: false });
  await quiet();
  assert.equal(world.requests.length, 0);
  assert.equal(value(), -1);
  await client.ready();
  for (let value = 2; value < 6; value++) {
    world.answer = () => json({}, value);
    const before = world.requests.length;
    for (let use = 0; use < 1_000; use++) client.evaluate("version");
    world.set(world.clock() + 59_999);
    for (let use = 0; use < 1_000; use++) client.evaluateAll();
    await quiet();
    assert.equal(world.requests.length, before);
    world.set(world.clock() + 1);
    // The answer is the one before: nobody waits for the new one.
    for (let use = 0; use < 1_000; use++) assert.equal([client.evaluate("version"), client.explain("version"), client.bind({}).evaluate("version")][use % 3].value, value - 1);
    await client.settled();
    assert.equal(world.requests.length, before + 1);
    assert.equal(client.evaluate("version").value, value);
  }
  assert.deepEqual(world.waits(), [], "no timer is left");
});

test("without polling: while the server is away not every use asks", async () => {
  const world = fakeWorld();
  const { client, events, value } = started(world, { polling: false, retries: 0 });
  world.answer = () => json({}, 1, 500);
  assert.equal(await codeOf(client.ready()), "http");
  assert.equal(await codeOf(client.ready()), "http");
  for (let use = 0; use < 100; use++) value();
  assert.equal(world.requests.length, 1);
  world.set(world.clock() + 10_000);
  assert.equal(await codeOf(client.ready()), "http");
  assert.equal(world.requests.length, 2);
  assert.deepEqual(events, ["error http", "error http"]);
  world.answer = () => json({}, 3);
  // Who asks by hand is not held up by that.
  await client.refresh();
  assert.equal(value(), 3);
  // A clock that was set back does not know how old the snapshot is.
  world.set(0);
  world.answer = () => json({}, 4);
  value();
  await client.settled();
  assert.equal(value(), 4);
});

test("without polling: a request that was cut off with its timers holds up nobody for ever, and comes too late", async () => {
  const world = fakeWorld();
  const { client, events, value } = started(world, { polling: false, retries: 0 });
  await client.ready();
  world.set(world.clock() + 60_000);
  let late;
  world.answer = () => new Promise((resolve) => (late = () => resolve(json({}, 2))));
  value();
  await until(() => world.requests.length === 2);
  // As when workerd ends a request that nobody waits for.
  world.forgetTimers();
  world.answer = () => json({}, 3);
  world.set(world.clock() + 5_900);
  value();
  await quiet();
  assert.equal(world.requests.length, 2, "it may yet come");
  world.set(world.clock() + 200);
  value();
  await until(() => value() === 3);
  assert.equal(world.requests.length, 3);
  late();
  await quiet();
  assert.equal(value(), 3, "an older response never overwrites a newer one");
  assert.deepEqual([events, client.stale], [["ready", "change version"], false]);
});

test("without polling: who waits for the first snapshot does not wait for a request that was cut off", async () => {
  const world = fakeWorld();
  world.answer = () => new Promise(() => {});
  const { client, value } = started(world, { polling: false, retries: 0 });
  value();
  await until(() => world.requests.length === 1);
  world.forgetTimers();
  world.answer = () => json({}, 2);
  const ready = client.ready();
  await quiet();
  await world.pass(7_000);
  await ready;
  assert.deepEqual([value(), world.requests.length], [2, 2]);
});

test("an answer that was modified before the one in force is refused, also after one that does not say when, unless older ones are accepted", async () => {
  const day = (number) => ({ "last-modified": new Date(Date.UTC(2026, 0, number)).toUTCString() });
  for (const acceptOlder of [false, true]) {
    const world = fakeWorld();
    world.answer = () => json(day(5), 5);
    const { client, value } = started(world, { acceptOlder });
    await client.ready();
    const found = [];
    for (const [headers, number] of [[day(4), 4], [{}, 6], [day(4), 4], [day(5), 7], [{ "last-modified": "?" }, 8], [day(9), 9], [day(8), 8]]) {
      world.answer = () => json(headers, number);
      await client.refresh().catch(({ code }) => assert.equal(code, "older"));
      found.push(value());
    }
    assert.deepEqual(found, acceptOlder ? [4, 6, 4, 7, 8, 9, 8] : [5, 6, 6, 7, 8, 9, 9]);
    client.close();
  }
});

test("a digest can be asked for, and one that is announced must be right", async () => {
  const world = fakeWorld();
  const { client, value } = started(world, { requireDigest: true, retries: 0 });
  assert.equal(await codeOf(client.ready()), "digest");
  const { createHash } = await import("node:crypto");
  const digest = (text, form) => createHash("sha256").update(text).digest(form);
  const outcomes = [];
  for (const headers of [
    { "x-snapshot-digest": digest(snapshot(1), "hex").toUpperCase() }, { "repr-digest": `sha-256=:${digest(snapshot(2), "base64")}:` },
    { "repr-digest": `sha-512=:${digest(snapshot(3), "base64")}:` }, { "repr-digest": "sha-256=:!:" }, { "x-snapshot-digest": "" },
    { "repr-digest": `sha-256=:${digest("compressed", "base64")}:`, "content-encoding": "br" },
  ]) {
    const number = outcomes.length + 1;
    world.answer = () => json(headers, number);
    outcomes.push([await codeOf(client.refresh()), value()]);
  }
  assert.deepEqual(outcomes, [["good", 1], ["good", 2], ["digest", 2], ["digest", 2], ["digest", 2], ["digest", 2]]);
  client.close();
});

test("requests bear what they are given, and a 304 that nobody asked for is an error", async () => {
  const world = fakeWorld();
  world.answer = () => json({ etag: '"a"' });
  const { client } = started(world, { retries: 0, request: { headers: { Authorization: "Bearer 1" }, redirect: "error" } });
  await client.ready();
  await client.refresh().catch(() => {});
  assert.deepEqual(world.requests.map(({ headers }) => headers), [
    { accept: "application/json", authorization: "Bearer 1" }, { accept: "application/json", authorization: "Bearer 1", "if-none-match": '"a"' },
  ]);
  assert.deepEqual(world.requests.map(({ init }) => [init.redirect, "cache" in init]), [["error", false], ["error", false]]);
  client.close();
  const other = fakeWorld();
  other.answer = () => new Response(null, { status: 304 });
  const { client: second } = started(other, { retries: 0 });
  assert.equal(await second.ready().catch(({ message }) => message), "the server answered with status 304");
  second.close();
});

test("a body that is shorter or longer than announced is none", async () => {
  for (const [length, code] of [[String(snapshot(1).length), "good"], ["500", "truncated"], ["5", "truncated"]]) {
    const world = fakeWorld();
    world.answer = () => json({ "content-length": length });
    const { client } = started(world, { retries: 0 });
    assert.equal(await codeOf(client.ready()), code);
    client.close();
  }
});

/** A stream of events to write to. */
function eventStream(signal) {
  let controller;
  const body = new ReadableStream({ start: (given) => (controller = given) });
  signal.addEventListener("abort", () => controller.error(signal.reason));
  const encoder = new TextEncoder();
  return {
    response: new Response(body, { headers: { "content-type": "text/event-stream;charset=utf-8" } }),
    write: (text) => controller.enqueue(encoder.encode(text)),
    end: () => controller.close(),
    fail: () => controller.error(new TypeError("reset")),
  };
}

test("server-sent events: spread, reconnecting, `retry`, silence, and a server that wants no more", async () => {
  const world = fakeWorld();
  const streams = [];
  let refuse;
  const isStream = ({ headers }) => headers.accept === "text/event-stream";
  world.answer = (request) => {
    if (!isStream(request)) return json({}, 1);
    if (refuse !== undefined) return new Response(null, { status: refuse });
    streams.push(eventStream(request.signal));
    return streams.at(-1).response;
  };
  const searches = () => world.requests.filter((request) => !isStream(request)).length;
  const connections = () => world.requests.filter(isStream).length;
  const { client, events } = started(world, { stream: { url: "https://flags.example/events", signals: ({ event }) => event !== "ping" } });
  await client.ready();
  await until(() => searches() === 2, "what came before there was a connection is looked for");
  await quiet();
  assert.deepEqual(world.waits(), [60_000, 300_000]);

  // Ten signals, one search, within a second: at half of it.
  for (let signal = 0; signal < 10; signal++) streams[0].write("data: x\n\n");
  streams[0].write("event: ping\ndata: x\n\n");
  await quiet();
  assert.equal(searches(), 2);
  await world.pass(499);
  assert.equal(searches(), 2);
  await world.pass(1);
  await until(() => searches() === 3);
  streams[0].write("event: ping\nid: 7\ndata: x\n\n");
  await world.pass(1_000);
  assert.equal(searches(), 3);

  // It ends: another one half a second later, which names the last id.
  streams[0].end();
  await quiet();
  await world.pass(499);
  assert.equal(connections(), 1);
  await world.pass(1);
  await until(() => connections() === 2 && searches() === 4);
  assert.equal(world.requests.filter(isStream)[1].headers["last-event-id"], "7");

  // It fails again and again: twice as long each time, a minute at most, and an error each.
  refuse = 503;
  streams[1].write("retry: 4000\n\n");
  await quiet();
  streams[1].fail();
  await quiet();
  const waits = [];
  for (let failure = 0; failure < 6; failure++) {
    waits.push(world.pending().find(({ wait, isUnref }) => isUnref && wait !== 60_000)?.wait ?? "none");
    await world.pass(waits.at(-1));
  }
  assert.deepEqual(waits, [4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  assert.equal(events.filter((event) => event === "error stream").length, 7);
  refuse = undefined;
  await world.pass(30_000);
  await until(() => streams.length === 3);

  // Silence for five minutes: it is made anew.
  const before = connections();
  await world.pass(299_000);
  assert.equal(connections(), before);
  await world.pass(60_000);
  assert.ok(connections() > before);

  // 204: no more.
  refuse = 204;
  streams.at(-1).end();
  await quiet();
  await world.pass(60_000);
  const last = connections();
  await world.pass(600_000);
  assert.equal(connections(), last);
  client.close();
  assert.deepEqual(world.waits(), []);
});

test("`close` leaves no timer at whatever time", async () => {
  for (const at of ["at once", "asking", "waiting to repeat", "in force", "after a failure", "connecting", "waiting to connect"]) {
    const world = fakeWorld();
    const options = {};
    if (at === "asking") world.answer = () => new Promise(() => {});
    if (at === "waiting to repeat" || at === "after a failure") world.answer = () => json({}, 1, 500);
    if (at === "after a failure") options.retries = 0;
    if (at.endsWith("connect") || at === "connecting") options.stream = "https://flags.example/events";
    if (at === "waiting to connect") world.answer = () => json({}, 1, 500);
    if (at === "connecting") world.answer = () => new Promise(() => {});
    const { client, events } = started(world, options);
    const ready = codeOf(client.ready());
    if (at === "in force" || at === "after a failure") await ready;
    else if (at !== "at once") await quiet();
    assert.equal(world.waits().length > 0 || at === "at once", true, at);
    client.close();
    await quiet();
    assert.deepEqual(world.waits(), [], at);
    assert.equal(await ready, { "in force": "good", "after a failure": "http" }[at] ?? "closed", at);
    const requests = world.requests.length;
    await world.pass(600_000);
    assert.equal(world.requests.length, requests, at);
    assert.deepEqual(events.filter((event) => event.includes("closed")), []);
  }
});

test("options that cannot be are said when the client is made", () => {
  const cases = [
    [undefined, "`createClient` takes an object with a `url`"], [{}, "`url` must be an address with a scheme and a host; it is `undefined`"],
    [{ url: URL_, signatureUrl: `${URL_}.sig` }, "`signatureUrl` needs a `publicKey` to check signatures with"],
    [{ url: "localhost:3000/flags.json" }, "`url` must be an address with a scheme and a host; it is `localhost:3000/flags.json`"],
    [{ url: "/flags.json" }, "`url` must be an address with a scheme and a host; it is `/flags.json`"],
    [{ url: URL_, polling: 0 }, "`polling` must be a number of milliseconds from 1 to 2147483647; it is `0`"],
    [{ url: URL_, polling: 2 ** 31 }, "`polling` must be a number of milliseconds from 1 to 2147483647; it is `2147483648`"],
    [{ url: URL_, timeout: NaN }, "`timeout` must be a number of milliseconds from 1 to 2147483647; it is `NaN`"],
    [{ url: URL_, maxAge: "60" }, "`maxAge` must be a number of milliseconds from 0 to 2147483647; it is `60`"],
    [{ url: URL_, retries: 1.5 }, "`retries` must be a whole number from 0; it is `1.5`"],
    [{ url: URL_, storage: {} }, "`storage` must have `get` and `set`"], [{ url: URL_, fetch: 1 }, "`fetch` must be a function"],
    [{ url: URL_, stream: { url: URL_, idle: 0 } }, "`stream.idle` must be a number of milliseconds from 1 to 2147483647; it is `0`"],
    [{ url: URL_, stream: { url: "x" } }, "`stream.url` must be an address with a scheme and a host; it is `x`"],
    [{ url: URL_, publicKey: "AAAA" }, "`publicKey` must be an Ed25519 public key: PEM, base64 or bytes, as SPKI or as its 32 bytes, or a CryptoKey"],
    [{ url: URL_, publicKey: [] }, "`publicKey` must have at least one key"],
    [{ url: URL_, contentTypes: "text/plain" }, "`contentTypes` must be a list of texts"], [{ url: URL_, request: 5 }, "`request` must be an object"],
    [{ url: URL_, stream: 5 }, "`stream` must be an address, or an object with a `url`"],
    [{ url: URL_, onInvalidFlag: "ignore" }, '`onInvalidFlag` must be "reject" or "skip"'],
  ];
  for (const [options, message] of cases) assert.throws(() => createClient(options), { name: "TypeError", message });
  assert.ok(new ClientError("http", "x") instanceof Error);
});

test("what is no whole answer is said to be none", async () => {
  const headers = { "content-type": "application/json" };
  const cases = [
    [() => undefined, "network", "the server could not be reached: `fetch` gave no response"],
    [() => ({ ok: true, status: 200 }), "network", "the server could not be reached: `fetch` gave no response"],
    [() => new Response("{}", { headers }), "network", /^`request\.headers` cannot be sent: /, { headers: { "no name": "x" } }],
    [() => new Response(null, { status: 204, headers }), "http", "the server answered with status 204"],
    [() => new Response('{"sch', { status: 206, headers }), "http", "the server answered with status 206"],
  ];
  for (const [answer, code, message, request = {}] of cases) {
    const client = createClient({ url: URL_, fetch: async () => answer(), retries: 0, request });
    await assert.rejects(client.ready(), { name: "ClientError", code, message });
    client.close();
  }
});

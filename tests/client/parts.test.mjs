// The client's parts that can be shown alone: server-sent events taken apart, and listeners that throw.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, mock, test } from "node:test";
import { promisify } from "node:util";

import { installed } from "./package.mjs";
import { startServer } from "./server.mjs";

const { folder, load } = await installed("client-parts");
const { Parser } = await load("client/event-stream.js");
const { Events } = await load("events.js");
const server = await startServer();
after(() => server.close());

/** After the examples of the HTML standard's section on server-sent events. */
const STREAM = [
  ": this is a test stream\n\n", "data: some text\n\n", "data: another message\ndata: with two lines \n\n", "event: add\r\ndata: 73857293\r\nid: 1\r\n\r\n",
  "event: remove\rdata: 2153\r\r", "data\n\n", "data\ndata\n\n", "data:test\n\n", "data:  test\n\n", "id\ndata: no id\n\n", "id: a\0b\ndata: kept\n\n", "event: empty\n\n",
  "data: after empty\n\n", "retry: 3000\n", "retry: 3s\n", "other: x\ndata: é€😀\n\n", "id: 9\ndata: half",
].join("");
const message = (data, event = "message", lastEventId = "") => ({ event, data, lastEventId });
const MESSAGES = [
  message("some text"), message("another message\nwith two lines "), message("73857293", "add", "1"), message("2153", "remove", "1"), message("", "message", "1"),
  message("\n", "message", "1"), message("test", "message", "1"), message(" test", "message", "1"), message("no id"), message("kept"), message("after empty"), message("é€😀"),
];

test("a stream of events is the same wherever it is cut", () => {
  for (let size = 1; size <= STREAM.length; size++) {
    const parser = new Parser("");
    const found = [];
    for (let at = 0; at < STREAM.length; at += size) found.push(...parser.push(STREAM.slice(at, at + size)));
    assert.deepEqual(found, MESSAGES, `in parts of ${size}`);
    assert.deepEqual([parser.lastId, parser.retry], ["", 3000], "the id of half an event does not count");
  }
});

test("an event that does not end is an error, not memory", () => {
  const parser = new Parser("");
  assert.throws(() => { for (let part = 0; part < 100; part++) parser.push("x".repeat(1_000)); }, { code: "stream" });
  const other = new Parser("");
  assert.throws(() => { for (let part = 0; part < 100; part++) other.push(`data: ${"x".repeat(1_000)}\n`); }, { code: "stream" });
});

test("listeners that throw or reject break nothing, and are heard of", async () => {
  const printed = mock.method(console, "error", () => {});
  try {
    const events = new Events();
    const heard = [];
    const off = events.on("a", (detail) => {
      heard.push(`first ${detail}`);
      throw new Error("thrown");
    });
    events.on("a", async (detail) => {
      heard.push(`second ${detail}`);
      throw new Error("rejected");
    });
    events.on("a", (detail) => {
      heard.push(`third ${detail}`);
      off();
      events.on("b", () => heard.push("b"));
    });
    events.emit("a", 1);
    events.emit("a", 2);
    events.emit("b");
    events.emit("c");
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(heard, ["first 1", "second 1", "third 1", "second 2", "third 2", "b", "b"]);
    assert.deepEqual(printed.mock.calls.map(({ arguments: [what, error] }) => `${what} ${error.message}`), [
      "samebucket: a listener of `a` failed: thrown", "samebucket: a listener of `a` failed: rejected", "samebucket: a listener of `a` failed: rejected",
    ]);
    events.clear();
    events.emit("a", 3);
    assert.equal(heard.length, 7);
    assert.throws(() => events.on("a", undefined), { message: "`listener` must be a function" });
  } finally {
    printed.mock.restore();
  }
});

test("a process of Node ends: of itself while it polls, and once the client is closed while it has a stream", async () => {
  const script = (options, then) => `
    import { createClient } from "samebucket/client";
    const client = createClient({ url: "${server.origin}/exit/flags.json", ${options} });
    await client.ready();
    console.log(client.evaluate("version").value);
    ${then}`;
  const run = async (name, options, then) => {
    writeFileSync(join(folder, `${name}.mjs`), script(options, then));
    return (await promisify(execFile)(process.execPath, [`${name}.mjs`], { cwd: folder, encoding: "utf8", timeout: 20_000 })).stdout;
  };
  assert.equal(await run("polls", "polling: 1000", ""), "1\n");
  const left = `setTimeout(() => { client.close(); setTimeout(() => setImmediate(() => console.log(process.getActiveResourcesInfo().filter((what) => what === "Timeout"))), 50); }, 300)`;
  assert.equal(await run("streams", `polling: 1000, stream: "${server.origin}/exit/events"`, left), "1\n[]\n");
  assert.equal(server.session("exit").connected, 1);
  assert.equal(server.session("exit").streams.size, 0);
  // By `require` it is the same package, with the same core.
  writeFileSync(join(folder, "required.cjs"), `
    const { createClient } = require("samebucket/client");
    const { Evaluator } = require("samebucket");
    const client = createClient({ url: "${server.origin}/exit/flags.json" });
    client.ready().then(() => console.log(client.evaluate("version").value, client.evaluator instanceof Evaluator));`);
  assert.equal((await promisify(execFile)(process.execPath, ["required.cjs"], { cwd: folder, encoding: "utf8", timeout: 20_000 })).stdout, "1 true\n");
});

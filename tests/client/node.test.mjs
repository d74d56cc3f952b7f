// The client in Node, against a server that misbehaves.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { figures } from "./figures.mjs";
import { installed, report, thousand } from "./package.mjs";
import { scenarios } from "./scenarios.mjs";
import { startServer } from "./server.mjs";

const { client: api } = await installed("client-node");
const server = await startServer({ serve: thousand });
after(() => server.close());

let sessions = 0;
for (const [name, run] of Object.entries(scenarios)) {
  test(`Node: ${name}`, async () => {
    assert.deepEqual(await run({ ...api, origin: server.origin, name: `s${sessions++}` }), []);
  });
}

test("Node: figures", async (t) => report(t, "Node", await figures({ ...api, origin: server.origin, name: "figures" })));

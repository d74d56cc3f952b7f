// What a client must do with a server that misbehaves: in Node and in a browser, which import this file both. Each scenario takes
// `{ createClient, ClientError, origin, name }` and gives what is wrong, which is nothing.

/** Whoever speaks to the server's session, and what a client of it does. */
async function arrange({ createClient, origin, name }, options = {}, state = {}) {
  const post = async (state) => void (await (await fetch(`${origin}/${name}/command`, { method: "POST", body: JSON.stringify(state) })).text());
  const asked = async () => (await fetch(`${origin}/${name}/log`)).json();
  await post(state);
  const client = createClient({ url: `${origin}/${name}/flags.json`, retries: 0, retryDelay: 1, polling: 3_600_000, ...options });
  const events = [];
  client.on("ready", () => events.push("ready"));
  client.on("change", ({ changed }) => events.push(`change ${changed}`));
  client.on("stale", () => events.push("stale"));
  client.on("error", ({ error }) => events.push(`error ${error.code}`));
  return { client, events, post, asked, version: () => client.evaluate("version", {}, -1).value };
}

const expectations = () => {
  const wrong = [];
  const same = (what, found, expected) => {
    if (JSON.stringify(found) !== JSON.stringify(expected)) wrong.push(`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
  };
  return { wrong, same };
};

export async function until(holds, what = "what was waited for", milliseconds = 5_000) {
  const started = performance.now();
  while (!(await holds())) {
    if (performance.now() - started > milliseconds) throw new Error(`${what} did not come about within ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What the server does, and how the search for a newer snapshot ends: with an error's code, or well. */
const MISBEHAVIOURS = [
  [["slow", 4_000], "timeout"], [["slowBody", 4_000], "timeout"], [["status", [500]], "http"], [["status", [503]], "http"], [["status", [404]], "http"],
  [["status", [429, { "retry-after": "0" }]], "http"], ["truncatedLength", "truncated"], ["truncatedChunks", "truncated"], ["truncatedSilently", "snapshot"],
  ["html", "content_type"], ["htmlAsJson", "snapshot"], [["type", "text/plain"], "content_type"], [["type", ""], "content_type"], ["invalid", "snapshot"], ["empty", "snapshot"], ["emptyList", "snapshot"],
  ["wrongDigest", "digest"], ["wrongReprDigest", "digest"], ["old", "older"], [["redirect", [302, "page.html"]], "content_type"],
  [["redirect", [302, "flags.json"]], "good"], [["redirect", [307, "elsewhere.json"]], "good"], [["redirect", [302, "nowhere.json"]], "http"], ["reset", "network"],
  ["endless", "too_large"], ["rightDigests", "good"], ["zipped", "good"], [["type", "application/vnd.flags+json; charset=utf-8"], "good"], ["bare", "good"], ["good", "good"],
];

/** A browser makes requests of its own: again when its connection breaks, up to ten times, and first for the rest when it has half of an answer. All meet the same. */
const asNext = (behaviour) => new Array(12).fill(behaviour);

export const scenarios = {
  async "every misbehaviour leaves the one before in force, says why and shows that it is stale"(world) {
    const { client, events, post, version } = await arrange(world, { timeout: 2_000 });
    const { wrong, same } = expectations();
    await client.ready();
    let current = 1;
    let at = current;
    for (const [behaviour, expected] of MISBEHAVIOURS) {
      const what = JSON.stringify(behaviour);
      at += 2;
      events.length = 0;
      await post({ version: at, next: asNext(behaviour) });
      const outcome = await client.refresh().then(() => "good", ({ code }) => code);
      same(what, outcome, expected);
      if (expected === "good") {
        current = at;
        same(`${what}: events`, events, ["change even,version"]);
      } else {
        same(`${what}: events`, events, [`error ${expected}`, "stale"]);
        same(`${what}: the answer while it is stale`, version(), current);
        // A second failure is no second `stale`.
        await post({ next: [["status", [500]]] });
        await client.refresh().catch(() => {});
        same(`${what}: events`, events, [`error ${expected}`, "stale", "error http"]);
        same(`${what}: stale`, client.stale, true);
        await post({ version: current, next: [] });
        await client.refresh();
        same(`${what}: events when all is well again`, events.slice(3), ["ready"]);
      }
      same(`${what}: the answer`, [version(), client.stale, client.info.version], [current, false, String(current)]);
    }
    client.close();
    return wrong;
  },

  async "a 304 costs nothing, a 200 with the same bytes neither"(world) {
    const { client, events, post, asked } = await arrange(world);
    const { wrong, same } = expectations();
    await client.ready();
    const info = client.info;
    let loads = 0;
    const load = client.evaluator.loadSnapshot;
    client.evaluator.loadSnapshot = (...given) => (loads++, load(...given));
    same("the same info", (await client.refresh()) === info, true);
    await post({ next: ["always200", "bare"] });
    await client.refresh();
    await client.refresh();
    await client.refresh();
    same("loads", loads, 0);
    same("events", events, ["ready"]);
    const { log } = await asked();
    same("conditional requests", log.map(({ ifNoneMatch }) => ifNoneMatch !== null), [false, true, true, true, true]);
    await post({ version: 2 });
    await client.refresh();
    same("loads after a change", loads, 1);
    same("events after a change", events, ["ready", "change even,version"]);
    client.close();
    return wrong;
  },

  async "a change of the form alone is no change of flags"(world) {
    const { client, events, post, version } = await arrange(world);
    const { wrong, same } = expectations();
    await client.ready();
    const digest = client.info.digest;
    const text = await (await fetch(`${world.origin}/${world.name}/elsewhere.json`)).text();
    await post({ body: ` ${text}` });
    await client.refresh();
    same("another digest", client.info.digest === digest, false);
    same("events", events, ["ready"]);
    same("answer", version(), 1);
    client.close();
    return wrong;
  },

  async "concurrent refreshes share one request"(world) {
    const { client, post, asked } = await arrange(world);
    const { wrong, same } = expectations();
    await client.ready();
    await post({ version: 2, forget: true, next: [["slow", 50]] });
    const infos = await Promise.all(Array.from({ length: 50 }, () => client.refresh()));
    same("one info", new Set(infos).size, 1);
    same("requests", (await asked()).log.length, 1);
    client.close();
    return wrong;
  },

  async "what passes is tried again"(world) {
    const { client, events, post, asked, version } = await arrange(world, { retries: 5, timeout: 200 });
    const { wrong, same } = expectations();
    await client.ready();
    await post({ version: 2, forget: true, next: [["status", [500]], "reset", "truncatedLength", ["slow", 500], ["status", [429, { "retry-after": "0" }]]] });
    await client.refresh();
    same("answer", version(), 2);
    same("requests", (await asked()).log.length, 6);
    same("events", events, ["ready", "change even,version"]);
    await post({ version: 3, forget: true, next: [["status", [403]], "good"] });
    same("what does not pass", await client.refresh().catch(({ code, status }) => [code, status]), ["http", 403]);
    same("is not tried again", (await asked()).log.length, 1);
    client.close();
    return wrong;
  },

  async "a start without a server fails, and a later one succeeds"(world) {
    const { client, events, post, version } = await arrange(world, {}, { always: ["status", [500]] });
    const { wrong, same } = expectations();
    same("ready", await client.ready().catch(({ code }) => code), "http");
    same("nothing in force", [client.info === undefined, client.stale, version(), client.evaluate("version").errorCode], [true, false, -1, "PROVIDER_NOT_READY"]);
    same("events", events, ["error http"]);
    await post({ always: "good" });
    await client.ready();
    same("answer", version(), 1);
    same("events at last", events, ["error http", "ready"]);
    client.close();
    return wrong;
  },

  async "server-sent events: a signal, a drop in the middle of an event, a change while there was no connection"(world) {
    const stream = { url: `${world.origin}/${world.name}/events`, spread: 0 };
    const { client, events, post, asked, version } = await arrange(world, { stream, random: () => 0.02 });
    const { wrong, same } = expectations();
    await client.ready();
    await until(async () => (await asked()).streams === 1, "the connection");
    await post({ version: 2 });
    await post({ emit: "2" });
    await until(() => version() === 2, "the change that was signalled");
    // Nobody was told of this one: the connection breaks in the middle of the event.
    await post({ version: 3 });
    await post({ drop: true });
    await until(() => version() === 3, "the change that came with half an event");
    await until(async () => (await asked()).streams === 1, "the new connection");
    const { log, connected } = await asked();
    same("connections", connected, 2);
    same("the last event's id, not that of the half", log.filter(({ did }) => did === "events").map(({ lastEventId }) => lastEventId), [null, "2"]);
    // A comment and an event without data are none.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await post({ version: 4, forget: true });
    await post({ raw: ": ping\n\nevent: put\n\n" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    same("requests without an event", (await asked()).log, []);
    await post({ streamStatus: 500, raw: "data: 4\r\r" });
    await until(() => version() === 4, "the change after an odd end of line");
    await post({ drop: true });
    await until(() => events.includes("error stream"), "an error of the stream");
    same("stale", client.stale, false);
    await post({ streamStatus: 200, version: 5 });
    await until(() => version() === 5, "the change after the stream was back", 10_000);
    client.close();
    await until(async () => (await asked()).streams === 0, "the end of the connection");
    return wrong;
  },

  async "a signal during a request asks once more"(world) {
    const { client, post, asked, version } = await arrange(world, { stream: { url: `${world.origin}/${world.name}/events`, spread: 0 } });
    const { wrong, same } = expectations();
    await client.ready();
    await until(async () => (await asked()).streams === 1, "the connection");
    await client.refresh();
    await new Promise((resolve) => setTimeout(resolve, 50));
    // The answer is on its way when the version changes.
    await post({ forget: true, next: [["slowBody", 150]] });
    const pending = client.refresh();
    await until(async () => (await asked()).log.length === 1, "the request");
    await post({ version: 2 });
    await post({ emit: "2" });
    await pending;
    await until(() => version() === 2, "the change");
    same("requests", (await asked()).log.length, 2);
    client.close();
    return wrong;
  },

  async "120 misbehaviours, one after the other: always the last good answer"(world) {
    const { client, post, version } = await arrange(world, { timeout: 400 });
    const { wrong, same } = expectations();
    await client.ready();
    let seed = 7;
    const random = (limit) => (seed = (seed * 48_271) % 2_147_483_647) % limit;
    const quick = MISBEHAVIOURS.filter(([behaviour]) => !["endless"].includes(behaviour));
    let current = 1;
    let at = 1;
    for (let step = 0; step < 120; step++) {
      const [behaviour, expected] = quick[random(quick.length)];
      at += 1;
      await post({ version: at, next: asNext(behaviour) });
      // Others ask meanwhile, and are given the same.
      const outcomes = await Promise.all([1, 2, 3].map(() => client.refresh().then(() => "good", ({ code }) => code)));
      if (expected === "good") current = at;
      same(`step ${step}, ${JSON.stringify(behaviour)}`, [...outcomes, version(), client.info.version], [expected, expected, expected, current, String(current)]);
    }
    client.close();
    return wrong;
  },

  async "what is closed stays closed, and goes on answering"(world) {
    const { client, events, post, asked, version } = await arrange(world, { polling: 20, stream: `${world.origin}/${world.name}/events` });
    const { wrong, same } = expectations();
    await client.ready();
    await until(async () => (await asked()).streams === 1, "the connection");
    await post({ next: [["slow", 100]] });
    const pending = client.refresh().then(() => "good", ({ code }) => code);
    client.close();
    client.close();
    same("what was awaited", await pending, "closed");
    same("what is asked for later", await client.refresh().then(() => "good", ({ code }) => code), "closed");
    await client.ready();
    await client.settled();
    await until(async () => (await asked()).streams === 0, "the end of the stream");
    await post({ version: 2, forget: true });
    await new Promise((resolve) => setTimeout(resolve, 150));
    same("requests", (await asked()).log, []);
    same("answer", version(), 1);
    same("no errors", events.filter((event) => event.startsWith("error")), []);
    return wrong;
  },
};

// How long things take, in Node and in a browser, which import this file both: in milliseconds, the median and the longest.


const CHANGES = 15;
const FETCHES = 15;

export async function figures({ createClient, origin, name }) {
  const post = async (state) => void (await (await fetch(`${origin}/${name}/command`, { method: "POST", body: JSON.stringify(state) })).text());
  const url = `${origin}/${name}/flags.json`;
  const found = {};
  const note = (what, times) => {
    const sorted = times.toSorted((a, b) => a - b);
    found[what] = { median: sorted[sorted.length >> 1], longest: sorted.at(-1) };
  };

  let version = 1;
  const changes = async (options, tell) => {
    const client = createClient({ url, ...options });
    await client.ready();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const times = [];
    for (let change = 0; change < CHANGES; change++) {
      version += 1;
      const seen = new Promise((resolve) => client.on("change", ({ info }) => info.version === String(version) && resolve(performance.now())));
      await post({ version });
      const started = performance.now();
      await tell();
      times.push((await seen) - started);
      // So that changes do not come in step with polls.
      await new Promise((resolve) => setTimeout(resolve, 10 + 17 * (change % 7)));
    }
    client.close();
    return times;
  };
  note("a change seen by polling every 250 ms", await changes({ polling: 250 }, () => {}));
  const stream = { url: `${origin}/${name}/events`, spread: 0 };
  note("a change seen by server-sent events, without spread", await changes({ stream }, () => post({ emit: "changed" })));

  const client = createClient({ url: `${origin}/${name}/elsewhere.json`, polling: 3_600_000 });
  await client.ready();
  const timed = async (before) => {
    const times = [];
    for (let fetched = 0; fetched < FETCHES; fetched++) {
      await before(fetched);
      const started = performance.now();
      await client.refresh();
      times.push(performance.now() - started);
    }
    return times;
  };
  let changed = 0;
  client.on("change", () => (changed += 1));
  const text = await (await fetch(`${origin}/thousand.json`)).text();
  note("a fetch of 1 000 flags, loaded", await timed((number) => post({ body: text.replace('"percentage":50', `"percentage":${10 + number}`).replace('"split":{"control":50', `"split":{"control":${60 + number}`) })));
  note("a fetch of 1 000 flags that have not changed (304)", await timed(() => {}));
  client.close();
  return { found, flags: client.info.flagCount, bytes: text.length, changed };
}


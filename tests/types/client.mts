// Good uses of the client's types, which must compile, and bad ones, which must not.

import { type Evaluation, type SnapshotInfo, Evaluator } from "samebucket";
import {
  type Client, type ClientErrorCode, type ClientOptions, type Flags, type SnapshotStorage, ClientError, cacheStorage, createClient, indexedDbStorage, kvStorage, webStorage,
} from "samebucket/client";

const client: Client = createClient({ url: "/flags.json" });
createClient({ url: new URL("https://flags.example/"), polling: false, maxAge: 30_000, stream: "/events", retries: 0 });
createClient({
  url: "/flags.json", stream: { url: new URL("https://flags.example/events"), signals: ({ event, data }) => event === "put" && data !== "", spread: 0 },
  bootstrap: { schema: "samebucket/1", flags: {} }, format: "samebucket/1", onInvalidFlag: "skip", environment: "staging",
  request: { headers: { authorization: "Bearer 1" }, credentials: "include" }, wasm: new Uint8Array(), contentTypes: ["text/plain"],
  fetch, clock: Date.now, random: Math.random, timers: { setTimeout: (call, wait) => setTimeout(call, wait), clearTimeout: (timer) => clearTimeout(timer as number) },
});
const options: ClientOptions = { url: "/", publicKey: ["AAAA", new Uint8Array(32), await crypto.subtle.importKey("raw", new Uint8Array(32), "Ed25519", false, ["verify"])] };
createClient({ ...options, signatureUrl: "/flags.sig", requireDigest: true, acceptOlder: true, storageKey: "flags" });

const storages: SnapshotStorage[] = [
  webStorage(), webStorage(sessionStorage), indexedDbStorage("mine"), cacheStorage(), cacheStorage(() => caches.open("mine")), cacheStorage(await caches.open("mine")),
  new Map<string, string>(), { get: async () => null, set: async () => {} },
];
declare const namespace: { get(key: string): Promise<string | null>; put(key: string, value: string, options?: { expirationTtl?: number }): Promise<void> };
for (const storage of [...storages, kvStorage(namespace, { cacheTtl: 60 })]) createClient({ url: "/", storage });

const on: Evaluation<boolean> = client.evaluate("flag", { targetingKey: "u-1" }, false);
const { bind, evaluate } = client;
const text: Evaluation<string> = evaluate("flag", {}, "a");
const bound: number = bind({}).evaluate("flag", 1).value;
const flags: Flags[] = [client, new Evaluator(), client.evaluator];
const info: SnapshotInfo | undefined = client.info;
const refreshed: SnapshotInfo = await client.refresh();
const nothing: void = await client.ready();
const off: () => void = client.on("ready", ({ info }) => info.flagCount);
client.on("change", async ({ changed }) => changed.join());
client.on("stale", ({ since }) => since.toFixed());
client.on("error", ({ error }) => {
  const code: ClientErrorCode = error.code;
  const status: number | undefined = error.status;
  void [code, status, error instanceof ClientError, error.retryAfter];
});
{
  using closing = createClient({ url: "/" });
  const stale: boolean = closing.stale;
  void stale;
}
client.close();

// @ts-expect-error a client has an address
createClient({});
// @ts-expect-error no such option
createClient({ url: "/", pollInterval: 5 });
// @ts-expect-error polls can be left out, not asked for
createClient({ url: "/", polling: true });
// @ts-expect-error milliseconds
createClient({ url: "/", timeout: "5s" });
// @ts-expect-error a storage sets, too
createClient({ url: "/", storage: { get: () => "" } });
// @ts-expect-error it is the client's to make
new ClientError();
// @ts-expect-error no such event
client.on("changed", () => {});
// @ts-expect-error a change has no error
client.on("change", ({ error }) => error);
// @ts-expect-error what is in force is the client's to say
client.stale = true;
// @ts-expect-error a boolean default gives a boolean
const wrong: Evaluation<string> = client.evaluate("flag", {}, true);
// @ts-expect-error there may be none yet
const there: SnapshotInfo = client.info;
// @ts-expect-error changed flags are read only
client.on("change", ({ changed }) => changed.push("a"));
// @ts-expect-error no such code
const noCode: ClientErrorCode = "oops";
// @ts-expect-error a key is text, bytes or a CryptoKey
createClient({ url: "/", publicKey: 5 });

void [on, text, bound, flags, info, refreshed, nothing, off, wrong, there, noCode];

// A provider that follows a client of a real server, from a start without an answer to its end. It runs in Node with either SDK and
// in a browser, and says what an application sees.

/**
 * @param {any} parts OpenFeature's SDK, the provider for it, `createClient`, and the server's address
 * @returns {Promise<string[]>}
 */
export async function follow({ sdk: { OpenFeature, ProviderEvents }, SamebucketProvider, createClient, url }) {
  const seen = [];
  const command = (what) => fetch(`${url}/command`, { method: "POST", body: JSON.stringify(what) });
  const quiet = { error() {}, warn() {}, info() {}, debug() {} };
  OpenFeature.setLogger(quiet);
  const flags = OpenFeature.getClient("followed").setLogger(quiet);
  for (const event of Object.values(ProviderEvents)) {
    flags.addHandler(event, ({ providerName, message, flagsChanged }) => {
      if (providerName === "samebucket") seen.push([event, message, flagsChanged?.join()].filter(Boolean).join(" "));
    });
  }
  const say = async (step) => {
    const { value, flagMetadata, errorCode } = await flags.getStringDetails("greeting", "Hello");
    seen.push(`${step}: ${flags.providerStatus} ${value} ${flagMetadata.version ?? "-"} ${errorCode ?? "-"}`);
  };
  const refresh = async (client) => {
    await client.refresh().catch((error) => seen.push(`refused: ${error.code}`));
    await new Promise((resolve) => setTimeout(resolve, 0));
  };

  await command({ status: 500 });
  const client = createClient({ url: `${url}/flags.json`, retries: 0 });
  const provider = new SamebucketProvider(client);
  const setting = OpenFeature.setProviderAndWait("followed", provider);
  await say("before");
  await setting.catch((error) => seen.push(`not set: ${error.code}`));
  await say("server fails");

  await command({ snapshot: "shop" });
  await refresh(client);
  await say("first snapshot");

  await command({ snapshot: "shop-next" });
  await refresh(client);
  await say("next snapshot");

  await command({ status: 503 });
  await refresh(client);
  await say("server fails again");

  await command({ snapshot: "shop-next" });
  await refresh(client);
  await say("nothing new");

  await command({ html: "<h1>Bad gateway</h1>" });
  await refresh(client);
  await say("a page of HTML");

  await command({ snapshot: "shop" });
  await refresh(client);
  await say("the first one again");

  await OpenFeature.setProviderAndWait("followed", new SamebucketProvider(client));
  await say("another provider");
  await refresh(client);
  client.close();

  const own = new SamebucketProvider({ url: `${url}/flags.json`, retries: 0 });
  await OpenFeature.setProviderAndWait("followed", own);
  await say("a client of its own");
  await OpenFeature.clearProviders();
  await refresh(own.flags);
  return seen;
}

/** What is to be seen. */
export const EXPECTED = [
  "before: NOT_READY Hello - PROVIDER_NOT_READY",
  "PROVIDER_ERROR the server answered with status 500",
  "not set: http",
  "server fails: ERROR Hello - PROVIDER_NOT_READY",
  "PROVIDER_READY",
  "first snapshot: READY Hi 2026-11-20.1 -",
  "PROVIDER_CONFIGURATION_CHANGED gift-wrap,greeting,wish-list",
  "next snapshot: READY Good day 2026-11-21.1 -",
  "PROVIDER_STALE",
  "refused: http",
  "server fails again: STALE Good day 2026-11-21.1 -",
  "PROVIDER_READY",
  "nothing new: READY Good day 2026-11-21.1 -",
  "PROVIDER_STALE",
  "refused: content_type",
  "a page of HTML: STALE Good day 2026-11-21.1 -",
  "PROVIDER_READY",
  "PROVIDER_CONFIGURATION_CHANGED gift-wrap,greeting,wish-list",
  "the first one again: READY Hi 2026-11-20.1 -",
  "PROVIDER_READY",
  "another provider: READY Hi 2026-11-20.1 -",
  "PROVIDER_READY",
  "a client of its own: READY Hi 2026-11-20.1 -",
  "refused: closed",
];

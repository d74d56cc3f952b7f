// The providers, to the types of OpenFeature's SDKs.

import { type Provider as ServerProvider, OpenFeature as OnServer } from "@openfeature/server-sdk";
import { type Provider as WebProvider, OpenFeature } from "@openfeature/web-sdk";
import { Evaluator } from "samebucket";
import { createClient } from "samebucket/client";
import * as server from "samebucket/openfeature-server";
import { type Flags, type ProviderOptions, type SnapshotSource, SamebucketProvider } from "samebucket/openfeature-web";

const evaluator = new Evaluator();
const flags: Flags = evaluator;
const provider = new SamebucketProvider(flags);
const onServer: ServerProvider = new server.SamebucketProvider(evaluator, { track: (metric, context, details) => void [metric, context.targetingKey, details?.value] });
const inPage: WebProvider = provider;

OpenFeature.setProvider(provider, { targetingKey: "u-1", plan: "pro" });
await OnServer.setProviderAndWait(onServer);

provider.loaded(evaluator.loadSnapshot("{}"));
const value: boolean = provider.resolveBooleanEvaluation("flag", false, {}).value;
const layout: { columns: number } = provider.resolveObjectEvaluation("flag", { columns: 1 }, {}).value;
const count: Promise<{ value: number }> = new server.SamebucketProvider(evaluator).resolveNumberEvaluation("flag", 1, { targetingKey: "u-1" });
const nothing: void = provider.onContextChange({}, {});
const steps: number = provider.flags.explain("flag").steps.length;

const client = createClient({ url: "https://flags.example/flags.json" });
const source: SnapshotSource = client;
const options: ProviderOptions = { client: source };
new SamebucketProvider(client);
new SamebucketProvider(evaluator, options);
new SamebucketProvider({ url: "/flags.json", polling: 10_000 });

// @ts-expect-error nothing that evaluates
new SamebucketProvider({});
// @ts-expect-error it needs flags
new server.SamebucketProvider();
// @ts-expect-error the providers of a page are not those of a server
OnServer.setProvider(inPage);
// @ts-expect-error resolving is OpenFeature's to ask for
provider.resolve("flag", "boolean", false, {});

void [value, layout, count, nothing, steps];

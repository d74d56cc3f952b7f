import { OpenFeature } from "@openfeature/server-sdk";
import { SamebucketProvider } from "samebucket/openfeature-server";

let setting;

export default {
  async fetch(request, { FLAGS_URL }) {
    // In a request, not at module scope: there nothing can be fetched.
    await (setting ??= OpenFeature.setProviderAndWait(new SamebucketProvider({ url: FLAGS_URL })));
    const context = { targetingKey: "u-1", plan: new URL(request.url).searchParams.get("plan") };
    return Response.json(await OpenFeature.getClient().getStringDetails("checkout", "none", context));
  },
};

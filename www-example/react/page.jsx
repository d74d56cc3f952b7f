// Takes the server's page over. `samebucket/inline` has its wasm within, ready on import: so the provider is ready before React renders,
// nothing is awaited, and the first rendering is the server's.

import { OpenFeature, OpenFeatureProvider } from "@openfeature/react-sdk";
import { useEffect } from "react";
import { hydrateRoot } from "react-dom/client";
import { createClient } from "samebucket/client";
import "samebucket/inline";
import { SamebucketProvider } from "samebucket/openfeature-web";
import { App } from "./app.jsx";

const { snapshot, user, now } = JSON.parse(document.getElementById("start").textContent);

// Until React has taken over, the time is the server's: a schedule then has not begun here and there not.
let clock = () => now;
const client = createClient({ url: "/flags.json", bootstrap: snapshot, clock: () => clock() });
OpenFeature.setProvider(new SamebucketProvider(client), user);

function Page() {
  useEffect(() => {
    clock = Date.now;
  }, []);
  return (
    <OpenFeatureProvider>
      <App />
    </OpenFeatureProvider>
  );
}

hydrateRoot(document.getElementById("root"), <Page />);

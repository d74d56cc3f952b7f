// An application in React that a server renders and Chromium takes over.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { installPackage } from "../consumer.mjs";

const bundle = (options) => `esbuild ${options} --bundle --format=esm --jsx=automatic`;
/** How an application is built whose own package.json does not say. */
const SCRIPTS = {
  build: "npm run build:page && npm run build:server",
  "build:page": bundle("page.jsx --outfile=page.js --define:process.env.NODE_ENV='\"production\"'"),
  "build:server": bundle("server.jsx --outfile=server.js --platform=node --packages=external"),
  start: "node server.js",
};

/**
 * Builds the application with the packed package, and starts it.
 * @param {string} name of the folder
 * @param {Record<string, string>} files
 * @param {string} snapshot
 * @param {{ mode?: "development" | "production", scripts?: Record<string, string> }} [options] built for development, React says more of a difference
 */
export async function startRendering(name, files, snapshot, { mode = "development", scripts = SCRIPTS } = {}) {
  const { folder } = installPackage(name);
  const inMode = Object.fromEntries(Object.entries(scripts).map(([name, script]) => [name, script.replace("production", mode)]));
  const manifest = JSON.stringify({ private: true, type: "module", scripts: inMode });
  for (const [file, text] of Object.entries({ ...files, "package.json": manifest, "snapshot.json": snapshot })) writeFileSync(join(folder, file), text);
  execFileSync("npm", ["run", "build"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const env = { ...process.env, PORT: "0", SNAPSHOT: "snapshot.json", NODE_ENV: mode };
  const server = spawn(process.execPath, [scripts.start.split(" ").at(-1)], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  const [output] = await once(server.stdout, "data");
  return {
    url: String(output).trim(),
    publish: (text) => writeFileSync(join(folder, "snapshot.json"), text),
    stop: async () => {
      server.kill();
      await once(server, "exit");
    },
  };
}

/**
 * Opens a page, and notes whatever it says, from the first byte on, and every complaint. Resolves when React has taken the page over and
 * the snapshot was asked for.
 * @param {string} lines selects the elements whose texts are what the page says
 * @param {{ asks?: boolean }} [options] whether the page ever comes to ask for the snapshot
 */
export async function visit(browser, url, lines, { asks = true } = {}) {
  const page = await browser.newPage();
  page.setDefaultTimeout(10_000);
  const faults = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  await page.addInitScript((lines) => {
    window.said = [];
    const note = () => {
      // A page that is still coming in says nothing whole yet.
      if (document.getElementById("start") === null) return;
      const texts = [...document.querySelectorAll(`#root ${lines}`)].map((line) => line.textContent);
      if (JSON.stringify(texts) !== JSON.stringify(window.said.at(-1))) window.said.push(texts);
    };
    new MutationObserver(note).observe(document, { childList: true, subtree: true, characterData: true });
  }, lines);
  const asked = asks && page.waitForResponse((response) => response.url().endsWith("/flags.json"));
  await page.goto(url);
  // React marks the elements that it has taken over.
  const taken = () => Object.keys(document.querySelector("#root > main") ?? {}).some((key) => key.startsWith("__reactFiber"));
  await page.waitForFunction(taken);
  if (asks) await (await asked).finished();
  await page.waitForLoadState("networkidle");
  return {
    page,
    faults,
    said: () => page.evaluate(() => window.said),
    saying: (texts) => page.waitForFunction((texts) => JSON.stringify(window.said.at(-1)) === texts, JSON.stringify(texts)),
  };
}

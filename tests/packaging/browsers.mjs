// Chromium and Firefox over WebDriver BiDi, and pages served to them.

import { after } from "node:test";
import puppeteer from "puppeteer-core";

import { serveFolder } from "../browser.mjs";
import { program } from "./harness.mjs";

const QUIET = ["gpu", "quic", "background-networking", "component-update", "sync", "dev-shm-usage"].map((what) => `--disable-${what}`);

/** The browsers' programs, where they are there. CHROME and FIREFOX name others. */
export const BROWSERS = {
  chrome: { title: "Chromium", executablePath: program(process.env.CHROME, "chromium", "google-chrome"), args: ["--no-sandbox", "--no-first-run", ...QUIET] },
  firefox: { title: "Firefox", executablePath: program(process.env.FIREFOX, "firefox-esr", "firefox"), args: [] },
};

const launched = {};
after(() => Promise.all(Object.values(launched).map(async (browser) => (await browser).close())));

/** A browser, launched once in a test file. */
function launch(browser) {
  if (!(browser in launched)) {
    const { executablePath, args } = BROWSERS[browser];
    launched[browser] = puppeteer.launch({ browser, executablePath, args, headless: true });
  }
  return launched[browser];
}

/**
 * Serves a folder and visits a page of it.
 * @param {{ browser?: string, headers?: Record<string, string>, path?: string }} [options]
 */
export async function pageReport(folder, { browser, headers = {}, path = "/" } = {}) {
  const server = await serveFolder(folder, {}, headers);
  try {
    return await visit(server.url + path, browser);
  } finally {
    server.close();
  }
}

/** Visits a page and waits for what it leaves in `window`: a `report`, or a `failure`. */
export async function visit(url, browser = "chrome") {
  const page = await (await launch(browser)).newPage();
  try {
    const [faults, requests] = [[], []];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(url);
    // A fault ends the wait too: it is what the test is to show.
    const deadline = Date.now() + 60_000;
    let found = {};
    while (found.report === undefined && found.failure === undefined && faults.length === 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      found = await page.evaluate(() => ({ report: window.report, failure: window.failure }));
    }
    return { ...found, faults, wasms: requests.filter((request) => new URL(request).pathname.endsWith(".wasm")) };
  } finally {
    await page.close();
  }
}

// Shows every flag of snapshot.json for one user, evaluated again with each key typed.
// `?now=<RFC 3339 instant>` in the address sets the time; without it, it is a moment at which the shop's flags are worth a look.

const DEMO_TIME = "2026-11-20T12:00:00Z";

const PRESETS = [
  {
    name: "Mara",
    about: "a beta tester with the iOS app",
    key: "u-1042",
    attributes: {
      email: "mara@mail.example",
      country: "DE",
      plan: "plus",
      orders: 27,
      signed_up_at: "2024-05-02T09:30:00Z",
      beta_opt_in: true,
      consent: { personalisation: true },
      app: { platform: "ios", version: "4.12.0" },
    },
  },
  {
    name: "Jonas",
    about: "a new customer with an old app",
    key: "u-20419",
    attributes: {
      email: "jonas@mail.example",
      country: "AT",
      plan: "free",
      orders: 0,
      signed_up_at: "2026-11-15T18:04:00Z",
      app: { platform: "android", version: "4.9.3" },
    },
  },
  {
    name: "Priya",
    about: "buys for a company",
    key: "u-5160",
    attributes: {
      email: "priya@acme.example",
      country: "GB",
      plan: "business",
      orders: 212,
      signed_up_at: "2025-02-10T08:00:00Z",
      consent: { personalisation: true },
      tenant: { id: "acme", type: "enterprise", seats: 240 },
    },
  },
  {
    name: "Sam",
    about: "works for the shop",
    key: "u-7",
    attributes: {
      email: "sam@berlin.shop.example",
      country: "DE",
      plan: "free",
      orders: 12,
      signed_up_at: "2023-01-09T07:00:00Z",
      app: { platform: "android", version: "4.13.0-beta.2" },
    },
  },
];

// What a step says: when it decided, and when it did not.
const STEPS = {
  killed: ["The kill switch is on.", "The kill switch is off."],
  disabled: ["The flag is disabled.", "The flag is enabled."],
  circuit_open: ["Errors have opened the flag's circuit.", "The flag's circuit is closed."],
  environment: ["The environment has its own serve.", "The environment has no serve of its own."],
  not_started: ["The schedule has not begun.", "The schedule has begun."],
  expired: ["The schedule is over.", "The schedule is not over."],
  requirement: ["The flag required does not serve what it should.", "The flag required serves what it should."],
  denied: ["The user is on the deny list.", "The user is not on the deny list."],
  allowed: ["The user is on the allow list.", "The user is not on the allow list."],
  rule: ["The rule holds.", "The rule does not hold."],
  default: ["The default holds.", "The default does not hold."],
  off: ["Nothing else held.", ""],
};

const BUCKETS = 100_000;

const $ = (id) => document.getElementById(id);
const [key, attributes, environment, time] = ["key", "attributes", "environment", "time"].map($);
const number = (n, digits = 0) => n.toLocaleString("en", { maximumFractionDigits: digits });

/** Makes an element; `properties` are the element's own, children are text or elements. */
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

let evaluator;
let snapshotText;
let snapshot;
let loaded;
const rows = new Map();

async function start() {
  const now = new URLSearchParams(location.search).get("now") ?? DEMO_TIME;
  time.valueAsNumber = Date.parse(now);
  if (Number.isNaN(time.valueAsNumber)) throw new Error(`“now=${now}” in the address is not an instant such as ${DEMO_TIME}.`);

  // Imported here and not above, so that a package that was not built yet can be told.
  const { init, Evaluator } = await import("./pkg/browser.js");
  await init();
  evaluator = new Evaluator({ clock: () => (time.value ? time.valueAsNumber : Date.now()) });

  const response = await fetch("snapshot.json");
  if (!response.ok) throw new Error(`snapshot.json: ${response.status} ${response.statusText}`);
  snapshotText = await response.text();
  loaded = evaluator.loadSnapshot(snapshotText);
  snapshot = JSON.parse(snapshotText); // only to draw: names, owners, the weights of splits

  makePresets();
  makeEnvironments();
  makeRows();
  choose(PRESETS[0]);
  $("user").addEventListener("submit", (event) => event.preventDefault());
  $("user").addEventListener("input", (event) => {
    if (event.target === environment) loaded = evaluator.loadSnapshot(snapshotText, { environment: environment.value });
    update();
  });
  $("main").hidden = false;
}

function fail(error) {
  const lines = [error.message, ...(error.issues ?? []).map((issue) => `${issue.path}: ${issue.message}`)];
  if (error instanceof TypeError && /import|module/i.test(error.message)) lines.push("Is the package built? `make serve` builds it first.");
  $("failure").textContent = lines.join("\n");
  $("failure").hidden = false;
}

function makePresets() {
  for (const preset of PRESETS) {
    preset.text = JSON.stringify(preset.attributes, null, 2);
    preset.button = element("button", { type: "button", onclick: () => choose(preset) }, preset.name, element("small", {}, preset.about));
    $("presets").append(preset.button);
  }
}

function choose(preset) {
  key.value = preset.key;
  attributes.value = preset.text;
  update();
}

function makeEnvironments() {
  const names = new Set([snapshot.environment, ...Object.values(snapshot.flags).flatMap((flag) => Object.keys(flag.environments ?? {}))]);
  environment.append(...[...names].map((name) => element("option", { value: name }, name)));
  environment.value = loaded.environment;
}

function makeRows() {
  for (const [flagKey, flag] of Object.entries(snapshot.flags)) {
    const row = {
      shown: null,
      value: element("code"),
      variant: element("code"),
      reason: element("span", { className: "reason" }),
      backendReason: element("span", { className: "backend-reason" }),
      ruleId: element("code", { className: "rule-id" }),
      steps: element("ol", { className: "steps" }),
      button: element("button", { type: "button", className: "key" }, flagKey),
    };
    const cell = (label, className, ...children) => {
      const made = element("td", { className, role: "cell" }, ...children);
      made.dataset.label = label;
      return made;
    };
    const flagCell = element("th", { scope: "row", role: "rowheader" }, row.button, element("p", {}, flag.description ?? ""));
    row.line = element("tr", { role: "row", className: "flag" },
      flagCell,
      cell("Value", "value", row.value),
      cell("Variant", "variant", row.variant),
      cell("Reason", "why", row.reason, element("span", { className: "decided" }, row.backendReason, row.ruleId)));
    row.line.dataset.flag = flagKey;

    const source = element("details", {}, element("summary", {}, "The flag as it is written"), element("pre", { tabIndex: 0 }, JSON.stringify(flag, null, 2)));
    const about = [flag.owner && `owner: ${flag.owner}`, flag.tags && `tags: ${flag.tags.join(", ")}`].filter(Boolean).join(" · ");
    const inside = element("td", { colSpan: 4, role: "cell" }, row.steps, element("p", { className: "owner" }, about), source);
    row.detail = element("tr", { id: `explain-${flagKey}`, role: "row", className: "detail", hidden: true }, inside);
    row.button.setAttribute("aria-controls", row.detail.id);
    row.button.setAttribute("aria-expanded", "false");

    // The button gives the row its place in the tab order, and Enter and Space; its clicks arrive here as any other.
    row.line.addEventListener("click", () => {
      row.detail.hidden = !row.detail.hidden;
      row.button.setAttribute("aria-expanded", String(!row.detail.hidden));
      if (!row.detail.hidden) explain(flagKey, row);
    });
    rows.set(flagKey, row);
    $("flags").append(row.line, row.detail);
  }
}

let context = {};

function readContext() {
  let read;
  try {
    read = JSON.parse(attributes.value.trim() || "{}");
  } catch (error) {
    throw new Error(`This is not JSON yet (${error.message}).`);
  }
  if (read === null || typeof read !== "object" || Array.isArray(read)) {
    throw new Error('Attributes are a JSON object, such as {"country": "DE"}.');
  }
  return key.value ? { ...read, targetingKey: key.value } : read;
}

function update() {
  let problem = "";
  try {
    context = readContext();
  } catch (error) {
    problem = `${error.message} The answers are still those from before.`;
  }
  $("problem").textContent = problem;
  attributes.setAttribute("aria-invalid", String(problem !== ""));
  for (const preset of PRESETS) {
    preset.button.setAttribute("aria-pressed", String(key.value === preset.key && attributes.value === preset.text));
  }
  if (problem) return;

  let changed = 0;
  for (const [flagKey, evaluation] of Object.entries(evaluator.evaluateAll(context))) {
    if (show(rows.get(flagKey), evaluation)) changed += 1;
  }
  $("changes").textContent = changed ? `${changed} ${changed === 1 ? "flag" : "flags"} changed` : "";
  for (const [flagKey, row] of rows) {
    if (!row.detail.hidden) explain(flagKey, row);
  }
  showAbout(measure());
}

function show(row, evaluation) {
  const value = JSON.stringify(evaluation.value);
  const before = row.shown;
  row.shown = `${value} ${evaluation.variant}`;
  row.value.textContent = value;
  row.value.className = typeof evaluation.value === "boolean" ? value : "";
  row.variant.textContent = evaluation.variant;
  row.reason.textContent = evaluation.reason;
  row.reason.dataset.reason = evaluation.reason;
  row.backendReason.textContent = evaluation.backendReason ?? evaluation.errorMessage;
  row.ruleId.textContent = evaluation.ruleId;
  const changed = before !== null && before !== row.shown;
  if (changed) {
    row.line.classList.remove("changed");
    void row.line.offsetWidth; // lets the animation begin again
    row.line.classList.add("changed");
  }
  return changed;
}

/** Microseconds of one `evaluateAll`: a browser's clock is too coarse for one, so it is the mean of a few milliseconds' worth. */
function measure() {
  const started = performance.now();
  let runs = 0;
  let elapsed = 0;
  while (elapsed < 3 || runs < 20) {
    evaluator.evaluateAll(context);
    runs += 1;
    elapsed = performance.now() - started;
  }
  return (elapsed / runs) * 1000;
}

function showAbout(microseconds) {
  const facts = {
    format: loaded.format,
    version: loaded.version,
    environment: loaded.environment,
    digest: loaded.digest.slice(0, 12),
    flags: loaded.flagCount,
    evaluateAll: `${number(microseconds)} µs`,
  };
  $("about").replaceChildren(
    ...Object.entries(facts).map(([name, fact]) => {
      const value = element("dd", { title: name === "evaluateAll" ? "for all flags, the mean of several runs" : "" }, String(fact));
      value.dataset.fact = name;
      return element("div", {}, element("dt", {}, name), value);
    }),
  );
}

function explain(flagKey, row) {
  const { steps, variant } = evaluator.explain(flagKey, context);
  row.steps.replaceChildren(
    ...steps.map((step) => {
      const [decided, passed] = STEPS[step.step] ?? [step.step, step.step];
      const line = element("li", { className: step.matched ? "matched" : "" },
        element("p", {},
          element("b", {}, step.step),
          element("code", {}, step.ruleId ?? step.requiredFlag ?? ""),
          element("span", {}, step.matched ? `${decided} It serves ` : passed),
          ...(step.matched ? [element("code", { className: "served" }, variant)] : [])));
      line.dataset.step = step.step;
      line.dataset.matched = step.matched;
      if (step.bucket !== undefined) line.append(drawRollout(step));
      if (step.point !== undefined) line.append(drawSplit(step, weights(flagKey, step)));
      return line;
    }),
  );
}

/** A bar of all buckets: filled up to the threshold, with a mark where the user is. */
function drawRollout({ unit, bucket, threshold }) {
  const inside = bucket < threshold;
  return drawing(
    [{ weight: threshold, className: "in" }, { weight: BUCKETS - threshold }],
    bucket / BUCKETS,
    "Rollout: ", element("code", {}, unit), " is in bucket ", element("b", { className: "bucket" }, number(bucket)),
    inside ? ", below the threshold " : ", not below the threshold ", element("b", { className: "threshold" }, number(threshold)),
    inside ? ": in" : ": out",
  );
}

/** A bar of the split's variants, each as wide as its weight, with a mark where the user is. */
function drawSplit({ unit, point, total }, split) {
  return drawing(
    split.map(([name, weight]) => ({ weight, className: "variant", name })),
    point / total,
    "Split: ", element("code", {}, unit), " is at point ", element("b", { className: "point" }, number(point, 5)),
    " of ", element("b", { className: "total" }, number(total, 5)),
  );
}

function drawing(parts, position, ...caption) {
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  const bar = element("div", { className: "bar", ariaHidden: "true" });
  for (const { weight, className = "", name = "" } of parts) {
    const part = element("span", { className, title: name }, name);
    part.style.width = `${(weight / total) * 100}%`;
    bar.append(part);
  }
  const mark = element("i");
  mark.style.left = `${position * 100}%`;
  bar.append(mark);
  return element("figure", {}, bar, element("figcaption", {}, ...caption));
}

/** The weights of the split that a step drew, from the snapshot. */
function weights(flagKey, step) {
  const flag = snapshot.flags[flagKey];
  const holder = {
    environment: () => flag.environments[loaded.environment],
    rule: () => flag.rules.find((rule) => rule.id === step.ruleId),
    default: () => flag.default,
  }[step.step]?.();
  const split = (holder?.serve ?? holder)?.split;
  return split ? Object.entries(split) : [["", step.total]];
}

start().catch(fail);

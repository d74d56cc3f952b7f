// Runs scenarios in Gherkin as tests of Node's runner.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { after, describe, test } from "node:test";

import { AstBuilder, GherkinClassicTokenMatcher, Parser, compile } from "@cucumber/gherkin";
import { IdGenerator } from "@cucumber/messages";

/** The scenarios of a file, each example of an outline one of them. */
export function scenariosOf(path) {
  const newId = IdGenerator.incrementing();
  const document = new Parser(new AstBuilder(newId), new GherkinClassicTokenMatcher()).parse(readFileSync(path, "utf8"));
  const scenarios = compile(document, basename(path), newId);
  assert.ok(scenarios.length > 0, `${path} has no scenario`);
  return { title: document.feature.name, scenarios };
}

/** What a scenario does: each step's function with what its pattern has found. A step that none or several patterns match is an error. */
export function stepsOf(scenario, definitions) {
  return scenario.steps.map(({ text }) => {
    const found = definitions.filter(({ pattern }) => pattern.test(text));
    assert.equal(found.length, 1, `${found.length} definitions match the step \`${text}\``);
    const [{ pattern, act }] = found;
    return { text, definition: found[0], act: (world) => act(world, ...text.match(pattern).slice(1)) };
  });
}

/**
 * Declares a test for each scenario and each world, and one that all definitions were used.
 * @param {string[]} paths
 * @param {{ pattern: RegExp, act: Function }[]} definitions
 * @param {{ name: string, make: () => { close(): Promise<void> } }[]} worlds a scenario with tags runs in the worlds of those names
 */
export function declareScenarios(paths, definitions, worlds) {
  const unused = new Set(definitions);
  for (const path of paths) {
    const { title, scenarios } = scenariosOf(path);
    describe(title, () => {
      scenarios.forEach((scenario, index) => {
        const tags = scenario.tags.map(({ name }) => name.slice(1));
        for (const { name, make } of worlds.filter(({ name }) => tags.length === 0 || tags.includes(name))) {
          test(`${name}: ${scenario.name} (${index + 1})`, async () => {
            const steps = stepsOf(scenario, definitions);
            const world = make();
            try {
              for (const { text, definition, act } of steps) {
                unused.delete(definition);
                try {
                  await act(world);
                } catch (error) {
                  error.message = `at the step \`${text}\`: ${error.message}`;
                  throw error;
                }
              }
            } finally {
              await world.close();
            }
          });
        }
      });
    });
  }
  after(() => assert.deepEqual([...unused].map(({ pattern }) => pattern.source), [], "definitions that no step uses"));
}

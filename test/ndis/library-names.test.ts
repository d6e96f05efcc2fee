import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Core } from "./core-harness.ts";

describe("the functions that drivers can call", () => {
  it("are counted for every role that has a library", () => {
    const text = readFileSync(new URL("../../src/ndis/library/roles.ts", import.meta.url), "utf8");
    const libraries = [...text.matchAll(/^export function (\w+Library)\(/gm)].map(([, name]) => name);
    const listed = /ROLE_LIBRARIES = \[([^\]]*)\]/
      .exec(text)?.[1]
      .split(",")
      .map((name) => name.trim());
    expect(libraries.length).toBeGreaterThan(1);
    expect(listed?.filter((name) => name !== "").sort()).toEqual(libraries.sort());
  });

  it("are those that the drivers of a running core have, and no others", () => {
    const core = new Core().start();
    const names = core.ndis.functionNames();
    for (const library of [core.client.ndis, core.mcm.ndis]) {
      for (const [name, member] of Object.entries(library))
        expect(names.has(name), name).toBe(typeof member === "function");
    }
    expect(names).toContain("NdisMCmMakeCallComplete");
    expect(names).not.toContain("Memory");
  });
});

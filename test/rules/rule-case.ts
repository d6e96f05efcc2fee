import { expect, it } from "vitest";
import { broken } from "../ndis/core-harness.ts";

/*
 * Evidence for the rulebook: every call of these functions stands for one rule, and `npm run rules` reads them to tell what the
 * status of a rule is (`vmcm rules`). The rule's ID and the title are string literals, so that it can.
 */

export interface EnforcedCase {
  /** The driver that breaks the rule, as the bug check names it. */
  readonly by: string;
  /** The rule that the bug check cites, where another one says the same of the same call. */
  readonly citing?: string;
  /** A driver that breaks the rule: a bug check with the rule's ID comes of it. */
  readonly caught: () => unknown;
  /** The same situation with a driver that keeps the rule: nothing is reported. It may have assertions of its own. */
  readonly passes: () => unknown;
}

/** NDIS or its verifier enforces the rule upon drivers: the one that breaks it is caught, the one that keeps it passes. */
export function enforced(rule: string, title: string, { by, citing = rule, caught, passes }: EnforcedCase): void {
  it(`${rule} caught: ${title}`, () => expect(broken(caught)).toBe(`${citing} by ${by}`));
  it(`${rule} kept: ${title}`, () => expect(broken(passes)).toBe("nothing"));
}

/** The rule is an obligation (or a liberty) of NDIS itself, of the reference drivers or of the device: the test shows that it is met. */
export function behaviour(rule: string, title: string, body: () => void): void {
  it(`${rule}: ${title}`, () => {
    expect.hasAssertions();
    body();
  });
}

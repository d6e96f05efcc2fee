import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { DDI_CATALOG } from "../../src/ndis/ddi/catalog.ts";
import { CALLBACK_NAMES } from "../../src/ndis/driver/handler-names.ts";
import { UNCALLED_CALLBACKS } from "../../src/ndis/driver/uncalled-callbacks.ts";

/** What is given to NDIS other than in a structure of handler-names.ts, by member or parameter. */
const GIVEN_OTHERWISE: Readonly<Record<string, readonly string[]>> = {
  SetOptionsHandler: ["MiniportSetOptions", "ProtocolSetOptions"],
  MiniportAddDeviceHandler: ["MiniportAddDevice"],
  MiniportRemoveDeviceHandler: ["MiniportRemoveDevice"],
  InterruptHandler: ["MiniportInterrupt"],
  InterruptDpcHandler: ["MiniportInterruptDPC"],
  EnableInterruptHandler: ["MiniportEnableInterruptEx"],
  DisableInterruptHandler: ["MiniportDisableInterruptEx"],
  MessageInterruptHandler: ["MiniportMessageInterrupt"],
  MessageInterruptDpcHandler: ["MiniportMessageInterruptDPC"],
  EnableMessageInterruptHandler: ["MiniportEnableMessageInterrupt"],
  DisableMessageInterruptHandler: ["MiniportDisableMessageInterrupt"],
  SynchronizeFunction: ["MiniportSynchronizeInterrupt"],
  ProcessSGListHandler: ["MiniportProcessSGList"],
  SharedMemAllocateCompleteHandler: ["MiniportSharedMemoryAllocateComplete"],
  TimerFunction: ["NetTimerCallback"],
  Routine: ["NdisIoWorkItemRoutine"],
};

/** Where handlers are only named or checked for presence. */
const NOT_CALLING = /^(ddi|rulebook)\/|^driver\/(handler-names|uncalled-callbacks|optional-handlers)\.ts$/;

/** Members that `text` takes out of a structure or calls by name, mere comparisons apart. */
function membersUsed(text: string): string[] {
  const found: string[] = [];
  const source = ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && !isCompared(node)) found.push(node.name.text);
    if (ts.isBindingElement(node)) found.push((node.propertyName ?? node.name).getText(source));
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) found.push(node.expression.text);
    if (ts.isCallExpression(node))
      for (const argument of node.arguments) if (ts.isIdentifier(argument)) found.push(argument.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isCompared(node: ts.Node): boolean {
  const { parent } = node;
  if (!ts.isBinaryExpression(parent)) return false;
  const { kind } = parent.operatorToken;
  return kind === ts.SyntaxKind.EqualsEqualsEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsEqualsToken;
}

function callbacksOf(member: string): readonly string[] {
  return GIVEN_OTHERWISE[member] ?? (Object.hasOwn(CALLBACK_NAMES, member) ? [CALLBACK_NAMES[member]] : []);
}

describe("the callbacks that this core never calls", () => {
  const folder = new URL("../../src/ndis/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const used = new Set(
    files
      .map((name) => name.replaceAll("\\", "/"))
      .filter((name) => !NOT_CALLING.test(name))
      .flatMap((name) => membersUsed(readFileSync(new URL(name, folder), "utf8")).flatMap(callbacksOf)),
  );

  it("are those whose handler no file of src/ndis takes out of its structure; one that is called now leaves the list", () => {
    const callbacks = DDI_CATALOG.filter(({ kind }) => kind === "callback").map(({ name }) => name);
    expect(callbacks).toHaveLength(85);
    const unused = callbacks.filter((name) => !used.has(name));
    expect([...UNCALLED_CALLBACKS].sort()).toEqual(unused.sort());
  });

  it("these checks know every callback, and see a call", () => {
    const known = new Set([...Object.values(CALLBACK_NAMES), ...Object.values(GIVEN_OTHERWISE).flat()]);
    for (const { name, kind } of DDI_CATALOG) if (kind === "callback") expect(known, name).toContain(name);
    expect(membersUsed("a.b.CmAddPartyHandler(1); const { ResetHandlerEx: reset } = c;")).toEqual([
      "CmAddPartyHandler",
      "b",
      "ResetHandlerEx",
    ]);
    expect(membersUsed("if (a.CmAddPartyHandler === null) return;")).toEqual([]);
  });
});

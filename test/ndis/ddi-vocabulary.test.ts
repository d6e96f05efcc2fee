import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { DDI_CATALOG, ddi, findDdi } from "../../src/ndis/ddi/catalog.ts";
import * as vocabulary from "../../src/ndis/ddi/index.ts";

interface SpecParameter {
  name: string;
  type: string;
  dir: string;
  optional: boolean;
}

interface SpecDdi {
  name: string;
  kind: "function" | "callback";
  group: string;
  callers: string[];
  params: SpecParameter[];
  statuses: string[];
  irql: string | null;
  doc: string | null;
  completesVia?: string | null;
  typeName?: string;
  implementedBy?: string[];
}

const specDirectory = new URL("./spec/", import.meta.url);
const sourceDirectory = new URL("../../src/ndis/ddi/", import.meta.url);

function spec<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(file, specDirectory), "utf8")) as T;
}

const ddis = spec<SpecDdi[]>("condis-ddi.json");
const constants = spec<Record<string, Record<string, unknown>>>("condis-constants.json");

/** The vocabulary as the compiler sees it: parameter names of each handler type and of each function, by interface. */
function parseSources(folder: string): ts.SourceFile[] {
  const directory = new URL(`${folder}/`, sourceDirectory);
  return readdirSync(directory)
    .sort()
    .map((file) => {
      const text = readFileSync(new URL(file, directory), "utf8");
      return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
    });
}

function parameterNames(node: ts.SignatureDeclarationBase): string[] {
  return node.parameters.map((parameter) => parameter.name.getText());
}

function handlerTypes(): Map<string, string[]> {
  const handlers = new Map<string, string[]>();
  for (const source of parseSources("handlers")) {
    source.forEachChild((node) => {
      if (ts.isTypeAliasDeclaration(node) && ts.isFunctionTypeNode(node.type)) {
        handlers.set(node.name.text, parameterNames(node.type));
      }
    });
  }
  return handlers;
}

interface FunctionInterface {
  functions: Map<string, { parameters: string[]; types: string[]; returns: string }>;
  bases: string[];
}

function functionInterfaces(): Map<string, FunctionInterface> {
  const interfaces = new Map<string, FunctionInterface>();
  for (const source of parseSources("functions")) {
    source.forEachChild((node) => {
      if (!ts.isInterfaceDeclaration(node)) return;
      const functions: FunctionInterface["functions"] = new Map();
      for (const member of node.members) {
        if (!ts.isMethodSignature(member)) throw new Error(`${node.name.text} has a member that is no function`);
        functions.set(member.name.getText(), {
          parameters: parameterNames(member),
          types: member.parameters.map((parameter) => parameter.type?.getText() ?? ""),
          returns: member.type?.getText() ?? "",
        });
      }
      const bases = (node.heritageClauses ?? []).flatMap((clause) => clause.types.map((type) => type.getText()));
      interfaces.set(node.name.text, { functions, bases });
    });
  }
  return interfaces;
}

const interfaces = functionInterfaces();

function libraryFunctions(name: string): string[] {
  const library = interfaces.get(name);
  if (library === undefined) throw new Error(`no interface ${name}`);
  return [...library.functions.keys(), ...library.bases.flatMap(libraryFunctions)];
}

function typesOfParameter(kind: string, parameterType: string): [ddi: string, parameter: string][] {
  return ddis
    .filter((row) => row.kind === kind)
    .flatMap((row) =>
      row.params.filter((p) => p.type === parameterType).map((p): [string, string] => [row.name, p.name]),
    );
}

describe("the DDI catalog", () => {
  it("has exactly the functions and callbacks of the documentation", () => {
    expect(DDI_CATALOG.map((row) => row.name).sort()).toEqual(ddis.map((row) => row.name).sort());
    expect(DDI_CATALOG).toHaveLength(294);
  });

  it.each(ddis)("$name: kind, group, roles, parameters, statuses and page are those of the documentation", (row) => {
    const found = findDdi(row.name);
    if (found === null) throw new Error(`${row.name} is missing`);
    expect(found.kind).toBe(row.kind);
    expect(found.group).toBe(row.group);
    expect(found.document).toBe(row.doc);
    expect(found.statuses).toEqual(row.statuses);
    expect(found.parameters).toEqual(row.params.map((p) => ({ name: p.name, direction: p.dir, optional: p.optional })));
    const roles = row.kind === "function" ? row.callers : (row.implementedBy ?? []);
    expect([...found.roles].sort()).toEqual(roles.map((role) => role.replace(" (stub)", "")).sort());
  });

  it("normalises the documented IRQL of every page that states one", () => {
    const levels: Record<string, { min: number; max: number }> = {
      PASSIVE_LEVEL: { min: 0, max: 0 },
      "< DISPATCH_LEVEL": { min: 0, max: 1 },
      "<= DISPATCH_LEVEL": { min: 0, max: 2 },
      DISPATCH_LEVEL: { min: 2, max: 2 },
      "Any level": { min: 0, max: 15 },
    };
    const stated = ddis.filter((row) => row.irql !== null && row.irql in levels);
    expect(stated.length).toBeGreaterThan(270);
    for (const row of stated) expect(findDdi(row.name)?.irql, row.name).toEqual(levels[row.irql ?? ""]);
    for (const row of DDI_CATALOG) expect(row.irql.min, row.name).toBeLessThanOrEqual(row.irql.max);
  });

  it("names, for what may pend, a completion that is in the documentation", () => {
    const known = new Set([...ddis.map((row) => row.name), "ProtocolDirectOidRequestComplete"]);
    for (const row of DDI_CATALOG) {
      for (const name of row.completesVia) expect(known, row.name).toContain(name);
      const stated = ddis.find((other) => other.name === row.name)?.completesVia ?? "";
      for (const name of row.completesVia) expect(stated, row.name).toContain(name);
      expect(row.completesVia.length > 0, row.name).toBe(stated !== "");
    }
    expect(ddi("ProtocolCmMakeCall").completesVia).toEqual(["NdisCmMakeCallComplete", "NdisMCmMakeCallComplete"]);
  });
});

describe("the handler types", () => {
  const handlers = handlerTypes();
  const callbacks = ddis.filter((row) => row.kind === "callback");

  it("cover the 85 callbacks", () => {
    expect(callbacks).toHaveLength(85);
  });

  it.each(callbacks)("$name has the documented parameters in order", (row) => {
    expect(handlers.get(row.typeName ?? "")).toEqual(row.params.map((p) => p.name));
  });
});

describe("the function signatures", () => {
  const functions = new Map([...interfaces.values()].flatMap((entry) => [...entry.functions]));

  it.each(ddis.filter((row) => row.kind === "function"))("$name has the documented parameters in order", (row) => {
    expect(functions.get(row.name)?.parameters).toEqual(row.params.map((p) => p.name));
  });

  it("declare nothing beyond the documentation", () => {
    expect(functions.size).toBe(209);
  });

  it("return NDIS_STATUS where PENDING is documented and NDIS_STATUS_FINAL where it is not", () => {
    const returning = ddis.filter(
      (row) => row.kind === "function" && "returns" in row && row.returns === "NDIS_STATUS",
    );
    expect(returning.length).toBeGreaterThan(50);
    for (const row of returning) {
      const expected = row.statuses.includes("NDIS_STATUS_PENDING") ? "NDIS_STATUS" : "NDIS_STATUS_FINAL";
      expect(functions.get(row.name)?.returns, row.name).toBe(expected);
    }
  });

  it("take a final status wherever a status is passed", () => {
    const passed = typesOfParameter("function", "NDIS_STATUS");
    expect(passed.length).toBeGreaterThan(25);
    for (const [name, parameter] of passed) {
      const signature = functions.get(name);
      expect(signature?.types[signature.parameters.indexOf(parameter)], name).toBe("NDIS_STATUS_FINAL");
    }
  });
});

describe("the role libraries", () => {
  it.each([
    ["NdisMiniportCallManagerLibrary", "mcm"],
    ["NdisCoMiniportLibrary", "miniport"],
    ["NdisCallManagerLibrary", "call manager"],
    ["NdisClientLibrary", "client"],
  ])("%s has exactly the functions that name %s among their callers", (library, role) => {
    const expected = ddis.filter((row) => row.kind === "function" && row.callers.includes(role));
    expect(libraryFunctions(library).sort()).toEqual(expected.map((row) => row.name).sort());
  });
});

describe("the constants", () => {
  const notNumbers = new Set(["statusCodes", "enums", "irql", "structSizes", "notes"]);
  const exported: Record<string, unknown> = { ...vocabulary };
  const numbers = Object.keys(constants)
    .filter((group) => !notNumbers.has(group))
    .flatMap((group) => Object.entries(constants[group]).map(([name, value]) => ({ group, name, value })));

  it("have the values of the header files", () => {
    expect(numbers.length).toBeGreaterThan(500);
    for (const { name, value } of numbers) expect(exported[name], name).toBe(value);
  });

  it("have the enumerations with every member", () => {
    for (const [name, members] of Object.entries(constants.enums)) expect(exported[name], name).toEqual(members);
  });

  it("have every status as a signed 32-bit integer, those without a known value aside", () => {
    const stated = Object.entries(constants.statusCodes);
    const known = stated.filter((entry): entry is [string, number] => typeof entry[1] === "number");
    expect(stated.length - known.length).toBe(2);
    for (const [name, value] of known) expect(exported[name], name).toBe(value | 0);
  });
});

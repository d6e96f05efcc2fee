import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { formatDdis } from "../../src/cli/ddi-command.ts";
import { main } from "../../src/cli/main.ts";
import { formatEntry } from "../../src/cli/ruleinfo-command.ts";
import { formatRules } from "../../src/cli/rules-command.ts";
import { ddiViews, entryNames, findEntry, ruleViews } from "../../src/lab/contract/index.ts";
import { freshFolder } from "../lab/support/folder.ts";
import { vmcm } from "./support/command.ts";

const folder = freshFolder();
const here = () => folder.path(".");
const VMCM = fileURLToPath(new URL("../../bin/vmcm.js", import.meta.url));

let written = { stdout: "", stderr: "" };
beforeEach(() => {
  written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      written[name] += String(text);
      return true;
    });
  }
});
afterEach(() => vi.restoreAllMocks());

/** The command in this process, which is quicker. */
async function run(...parameters: string[]) {
  written = { stdout: "", stderr: "" };
  return { code: await main(parameters), ...written };
}

/** What it prints as JSON. */
async function read<T>(...parameters: string[]): Promise<T> {
  const { code, stdout, stderr } = await run(...parameters, "--json");
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout) as T;
}

interface RuleRow {
  id: string;
  level: string;
  status: string;
  tests: string[];
  reason?: string;
  parties: string[];
  text: string;
  sources: string[];
}

describe("vmcm rules", () => {
  it("--json: an array of all 415 rules, each with level, status and tests, for whoever reads a pipe", () => {
    const { code, stdout, stderr } = vmcm(here(), "rules", "--json");
    expect([code, stderr]).toEqual([0, ""]);
    const rules = JSON.parse(stdout) as RuleRow[];
    expect(rules).toHaveLength(415);
    for (const { id, level, status, tests, reason, text, sources } of rules) {
      expect(["MUST", "MUST NOT", "SHOULD", "MAY"], id).toContain(level);
      expect(["enforced", "behaviour", "not-checkable", "open"], id).toContain(status);
      expect(tests.length > 0, id).toBe(status === "enforced" || status === "behaviour");
      expect(reason !== undefined, id).toBe(status === "not-checkable");
      expect(text.length * sources.length, id).toBeGreaterThan(0);
    }
    expect(rules.find(({ id }) => id === "OUT-09")).toMatchObject({
      level: "MUST",
      status: "enforced",
      parties: ["mcm"],
      sources: ["nf-ndis-ndismcmmakecallcomplete.md"],
    });
  });

  it("takes the beginning of an ID, a status and a level, in whatever case", async () => {
    const ids = async (...parameters: string[]) =>
      (await read<RuleRow[]>("rules", ...parameters)).map(({ id }) => id).join(" ");
    expect(await ids("con")).toBe("CON-01 CON-02 CON-03 CON-04 CON-05");
    expect(await ids("CON", "--level", "should")).toBe("CON-05");
    expect(await ids("PTY", "--level", "must-not")).toBe("PTY-10");
    expect(await ids("mem-01", "--status", "Not-Checkable")).toBe("MEM-01");
    expect(await ids("mem-01", "--status", "enforced")).toBe("");
  });

  it("prints a line for each rule, and totals by level and status", async () => {
    const { code, stdout, stderr } = await run("rules", "CON");
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^rule {4}level {3}status +tests {2}text$/);
    expect(lines[1]).toMatch(/^CON-01 {2}MUST +\S+ +\d+ +call Ndis\(M\)CmDispatchCallConnected/);
    expect(stdout).toMatch(/\n\nlevel +enforced +behaviour +not-checkable +open +all\nMUST /);
    expect(stdout).toMatch(/\nheld {5}\d of 4 MUST and MUST NOT rules are enforced or behaviour: \d+\.\d %\n$/);
  });

  it("counts what it lists", () => {
    const rule = { ...ruleViews()[0], tests: ["a"] };
    const rules = [
      { ...rule, level: "MUST" as const, status: "enforced" as const },
      { ...rule, level: "MUST NOT" as const, status: "behaviour" as const },
      { ...rule, level: "MUST" as const, status: "open" as const },
      { ...rule, level: "MAY" as const, status: "open" as const },
    ];
    const text = formatRules(rules, (_, plain) => plain);
    expect(text).toContain("\nMUST      1         0          0              1     2\n");
    expect(text).toContain("\nMUST NOT  0         1          0              0     1\n");
    expect(text).toContain("\nheld     2 of 3 MUST and MUST NOT rules are enforced or behaviour: 66.7 %\n");
  });

  it.each([
    [["rules", "OUX"], /^vmcm: OUX: no rule begins so; rules begin with REG, AF, SAP, VC, .*, CNC\n$/],
    [["rules", "--status", "opne"], /^vmcm: --status opne: did you mean 'open'\?\n$/],
    [["rules", "--level", "x"], /^vmcm: --level x: one of: MUST, MUST NOT, SHOULD, MAY\n$/],
    [["rules", "OUT", "INC"], /^vmcm: too many arguments for 'rules'/],
  ])("%j: one line, exit code 2", async (parameters, message) => {
    expect(await run(...parameters)).toEqual({ code: 2, stdout: "", stderr: expect.stringMatching(message) });
  });

  it("is quiet when nobody reads its output any more", () => {
    const line = `'${process.execPath}' '${VMCM}' rules --json | head -1; echo "exit \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", line], { cwd: here(), encoding: "utf8" });
    expect([stdout, stderr]).toEqual(["[\nexit 0\n", ""]);
  });
});

describe("vmcm ruleinfo", () => {
  it("says what a rule says, whom it binds, where it stands, how it is checked, and which pages disagree", async () => {
    const { code, stdout } = await run("ruleinfo", "act-05");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^rule {5}ACT-05, section 5 Activation and deactivation\nlevel {4}SHOULD\nbinds {4}cm, mcm\n/,
    );
    expect(stdout).toContain("says     for incoming calls activate after creating the VC and before\n");
    expect(stdout).toContain("\nsources  activating-a-vc.md\nstatus   ");
    expect(stdout).toContain("\nconflict X-09: Incoming activation time: general pages activate before dispatch;\n");
  });

  it("names the tests of an enforced rule and the reason of one that is not checkable", async () => {
    const { stdout } = await run("ruleinfo", "OUT-09");
    expect(stdout).toContain("\nstatus   enforced\ntests    test/rules/outgoing-call.test.ts > ");
    expect((await run("ruleinfo", "MEM-01")).stdout).toContain("\nstatus   not-checkable: ");
    expect((await run("ruleinfo", "OUT-07")).stdout).toContain("level    MUST, inferred from the pages' logic\n");
  });

  it("knows verifier rules and documentation conflicts, too", async () => {
    expect((await run("ruleinfo", "ndisoiddoublecomplete")).stdout).toContain(
      "when     Driver Verifier, at run time: bug check 0xC4 with 0x91002\n",
    );
    expect((await run("ruleinfo", "Irql_MCM_Function")).stdout).toContain("covers   NdisMCmActivateVc\n");
    expect((await run("ruleinfo", "X-09")).stdout).toMatch(/^conflict X-09\n[\s\S]*\nrules {4}ACT-05\n$/);
  });

  it("--json: one object", async () => {
    expect(await read("ruleinfo", "CLS-08")).toMatchObject({
      kind: "rule",
      id: "CLS-08",
      level: "MUST",
      parties: ["cm", "mcm"],
      sources: ["client-initiated-request-to-close-a-call.md"],
      section: "10 Closing a call",
      conflicts: [{ id: "X-06" }],
    });
    expect(await read("ruleinfo", "SpinLock")).toMatchObject({
      kind: "verifier rule",
      when: "sdv",
      page: "ndis-spinlock.md",
    });
    expect(await read("ruleinfo", "X-02")).toMatchObject({ kind: "conflict", id: "X-02", rules: ["VC-23"] });
  });

  it.each([
    ["OUT-9", "vmcm: OUT-9: no such rule (did you mean OUT-09, OUT-19?)\n"],
    ["pty", "vmcm: pty: no such rule (did you mean PTY-01, PTY-02, PTY-03?)\n"],
    ["SpinLok", "vmcm: SpinLok: no such rule (did you mean SpinLock?)\n"],
  ])("%s is none: one line with the nearest, exit code 2", async (name, stderr) => {
    expect(await run("ruleinfo", name)).toEqual({ code: 2, stdout: "", stderr });
  });

  it("with nothing near: one line with what rules begin with", async () => {
    const { code, stderr } = await run("ruleinfo", "nonsense");
    expect([code, stderr.split("\n").length]).toEqual([2, 2]);
    expect(stderr).toContain("vmcm: nonsense: no such rule; rules begin with REG, AF, ");
  });
});

interface DdiRow {
  name: string;
  kind: string;
  role: string[];
  irql: string;
  rule: string | null;
  implemented: boolean;
}

interface SpecDdi {
  name: string;
  kind: string;
  callers: string[];
  implementedBy?: string[];
  irql: string | null;
  ddiCompliance: string[];
}

describe("vmcm ddi", () => {
  const spec = JSON.parse(readFileSync(new URL("../ndis/spec/condis-ddi.json", import.meta.url), "utf8")) as SpecDdi[];

  it("--json: every function and callback of the documentation, with its role, level and the rule on that level", () => {
    const { code, stdout, stderr } = vmcm(here(), "ddi", "--json");
    expect([code, stderr]).toEqual([0, ""]);
    const rows = JSON.parse(stdout) as DdiRow[];
    const known = new Set(["IRQ-05", "IRQ-06", "IRQ-09"]);
    expect(rows.map(({ name }) => name).sort()).toEqual(spec.map(({ name }) => name).sort());
    for (const { name, kind, callers, implementedBy, irql, ddiCompliance } of spec) {
      const row = rows.find((other) => other.name === name);
      if (row === undefined) throw new Error(`no row ${name}`);
      const roles = kind === "function" ? callers : (implementedBy ?? []).map((role) => role.replace(" (stub)", ""));
      expect([name, row.kind, [...row.role].sort()]).toEqual([name, kind, [...roles].sort()]);
      if (irql?.includes("L")) expect([name, row.irql]).toEqual([name, irql]);
      const stated = ddiCompliance.filter((rule) => rule.startsWith("Irql_"));
      if (stated.length > 0) expect([name, row.rule]).toEqual([name, ...stated]);
      else if (kind === "callback" && row.rule !== null) expect(known, name).toContain(row.rule);
      expect(row.implemented, name).toBeTypeOf("boolean");
    }
  });

  it("gives callbacks at PASSIVE_LEVEL the rule that names them, and every other connection-oriented one IRQ-06", async () => {
    const rows = await read<DdiRow[]>("ddi", "--kind", "callback");
    const text = ruleViews().find(({ id }) => id === "IRQ-05")?.text ?? "";
    for (const { name, rule, irql } of rows) {
      if (rule === "IRQ-05") expect([name, irql]).toEqual([name, "PASSIVE_LEVEL"]);
      if (/^(ProtocolC[lmo][A-Z]|MiniportCo)/.test(name)) expect(rule).toBe(text.includes(name) ? "IRQ-05" : "IRQ-06");
    }
    expect(rows.filter(({ rule }) => rule === "IRQ-06").length).toBeGreaterThan(35);
  });

  it("says what there is: the libraries decide for functions, what NDIS calls for callbacks", async () => {
    const rows = await read<DdiRow[]>("ddi");
    const implemented = (name: string) => rows.find((row) => row.name === name)?.implemented;
    expect(
      ["NdisMCmMakeCallComplete", "NdisClMakeCall", "NdisAllocateMdl", "ProtocolCmMakeCall", "MiniportInterrupt"].map(
        implemented,
      ),
    ).toEqual([true, true, true, true, true]);
    // The connectionless functions are there to be refused; their handlers are never called.
    expect(["NdisMIndicateReceiveNetBufferLists", "MiniportSendNetBufferLists"].map(implemented)).toEqual([
      true,
      false,
    ]);
  });

  it("takes a name, the beginning of names, a role and a kind", async () => {
    const names = async (...parameters: string[]) =>
      (await read<DdiRow[]>("ddi", ...parameters)).map(({ name }) => name);
    expect(await names("ndismcmcreatevc")).toEqual(["NdisMCmCreateVc"]);
    expect(await names("NdisMCm")).toHaveLength(22);
    expect(await names("NdisClO", "--role", "client")).toEqual(["NdisClOpenAddressFamilyEx"]);
    expect(await names("--role", "call-manager", "--kind", "function")).toHaveLength(
      spec.filter(({ kind, callers }) => kind === "function" && callers.includes("call manager")).length,
    );
  });

  it("prints one in full, and several as a table with counts", async () => {
    const one = (await run("ddi", "NdisMCmCreateVc")).stdout;
    expect(one).toMatch(/^name {5}NdisMCmCreateVc, a function called by mcm\n/);
    expect(one).toContain("\nIRQL     <= DISPATCH_LEVEL, rule Irql_MCM_Function\n");
    expect(one).toContain("\nhere     implemented\n");
    const several = (await run("ddi", "NdisMCmD")).stdout;
    expect(several).toMatch(/^here {2}name +IRQL +rule\nyes {3}NdisMCmDeactivateVc +<= DISPATCH +Irql_MCM_Function\n/);
    expect(several).toMatch(/\n\d+ of \d+ functions implemented\n$/);
  });

  it.each([
    [["ddi", "NdisMCmMakeCall2"], /^vmcm: NdisMCmMakeCall2: no such function or callback \(did you mean Ndis\w+/],
    [["ddi", "--role", "mcn"], /^vmcm: --role mcn: did you mean 'mcm'\?\n$/],
    [["ddi", "--kind", "macro"], /^vmcm: --kind macro: one of: function, callback\n$/],
  ])("%j: one line, exit code 2", async (parameters, message) => {
    expect(await run(...parameters)).toEqual({ code: 2, stdout: "", stderr: expect.stringMatching(message) });
  });
});

describe("the texts of these commands", () => {
  const plain = (_: unknown, text: string) => text;

  it("keep to the columns of the terminal, file names and titles of one word apart", () => {
    for (const columns of [80, 60]) {
      for (const line of formatRules(ruleViews(), plain, columns).split("\n"))
        expect(line.length).toBeLessThanOrEqual(columns);
      if (columns === 80)
        for (const line of formatDdis(ddiViews(), plain, columns).split("\n"))
          expect(line.length).toBeLessThanOrEqual(columns);
      for (const name of entryNames()) {
        const entry = findEntry(name);
        if (entry === null) throw new Error(`no entry ${name}`);
        const wide = formatEntry(entry, plain, columns)
          .split("\n")
          .filter((line) => line.length > columns);
        expect(wide.filter((line) => line.trim().includes(" ") && !line.startsWith("sources"))).toEqual([]);
      }
    }
  });
});

import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { Log } from "sarif";
import { describe, expect, it } from "vitest";
import type { Scorecard } from "../../src/lab/conformance/index.ts";
import { freshFolder } from "../lab/support/folder.ts";
import { vmcm } from "./support/command.ts";

const folder = freshFolder();
const here = () => folder.path(".");
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A driver module beside the user: the reference MCM with `mistake`, the members of a library, put over what it calls. */
function mcm(name: string, mistake: string): string {
  const text = `
    import { DriverEntry as reference } from ${JSON.stringify(`${ROOT}src/miniport/index.ts`)};
    export const role = "mcm";
    export function DriverEntry(object: never, path: string, ndis: never) {
      const right = ndis as any;
      return reference(object, path, Object.assign(Object.create(right), { ${mistake} }) as never);
    }`;
  writeFileSync(folder.path("package.json"), '{ "type": "module" }');
  writeFileSync(folder.path(name), text);
  return name;
}

const TWICE =
  "NdisMCmMakeCallComplete(...given: never[]) { for (let i = 0; i < 2; i++) right.NdisMCmMakeCallComplete(...given); }";

describe("vmcm verify", () => {
  it("a driver that keeps the rules: every case passes, exit code 0", () => {
    const { code, stdout, stderr } = vmcm(ROOT, "verify", "examples/listener.ts");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("listener as client\n");
    expect(stdout).toContain("ok   client-is-called: ");
    expect(stdout).toMatch(/cases {2}7 passed, 0 failed\nrules {2}\d+ kept, 0 broken, \d+ not put to the test\n$/);
  });

  it("a driver that breaks one: which rule, what would be right, what happened to the object, exit code 1", () => {
    const { code, stdout, stderr } = vmcm(here(), "verify", mcm("twice.ts", TWICE), "--only", "outgoing-call-in-cells");
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toContain("FAIL outgoing-call-in-cells: ");
    expect(stdout).toContain("OUT-07 by twice: make-call complete for vc#1, which has no pending make-call");
    expect(stdout).toContain("bug check 0xC4 (0xA0607, 0x1, ");
    expect(stdout).toContain("the rule: MUST having returned PENDING, call NdisMCmMakeCallComplete exactly once");
    expect(stdout).toContain("source: nf-ndis-ndismcmmakecallcomplete.md");
    expect(stdout).toMatch(/client calls NdisClMakeCall\(vc#1\)\n(.*\n)*.*vc#1: DIALA -> CONN \(MakeCallSuccess\)\n/);
    expect(stdout).toContain("vmcm ruleinfo OUT-07 says where that rule comes from.");
  });

  it("--json, --junit and --sarif say the same to machines; what the driver prints goes to stderr", () => {
    const talking = `${TWICE}, NdisMSetMiniportAttributes(...given: never[]) { console.log("hello"); return right.NdisMSetMiniportAttributes(...given); }`;
    const file = mcm("talking.ts", talking);
    appendFileSync(folder.path(file), 'console.info("loaded");');
    const files = ["--junit", "junit.xml", "--sarif", "out.sarif"];
    const { code, stdout, stderr } = vmcm(here(), "verify", file, "--only", "outgoing", "--json", ...files);
    expect([code, stderr.startsWith("loaded\n"), stderr.includes("hello\n")]).toEqual([1, true, true]);
    const card = JSON.parse(stdout) as Scorecard;
    expect([card.driver, card.role, card.cases.length]).toEqual(["talking", "mcm", 4]);
    const failed = card.cases.filter(({ passed }) => !passed).map(({ id }) => id);
    expect(failed).toEqual([
      "outgoing-call",
      "outgoing-call-in-cells",
      "outgoing-call-rejected",
      "outgoing-call-to-nobody",
    ]);
    const broken = card.rules.filter(({ verdict }) => verdict === "broken").map(({ id }) => id);
    expect(broken).toContain("OUT-07");

    const xml = readFileSync(folder.path("junit.xml"), "utf8");
    expect(XMLValidator.validate(xml)).toBe(true);
    const suite = new XMLParser({ ignoreAttributes: false }).parse(xml).testsuites.testsuite;
    expect([suite["@_tests"], suite["@_failures"]]).toEqual(["4", "4"]);
    expect(suite.testcase[0].failure["@_type"]).toBe("OUT-07");

    const log = JSON.parse(readFileSync(folder.path("out.sarif"), "utf8")) as Log;
    const [run] = log.runs;
    expect([log.version, run?.tool.driver.name]).toEqual(["2.1.0", "vmcm verify"]);
    expect(run?.results?.length).toBe(4);
    for (const result of run?.results ?? []) {
      expect(run?.tool.driver.rules?.[result.ruleIndex ?? -1]?.id).toBe(result.ruleId);
      expect(result.locations?.[0]?.physicalLocation?.artifactLocation?.uri).toBe("talking.ts");
    }
  });

  it("--rule: a rule that is off is not looked at, one that warns is told and the case goes on", () => {
    const file = mcm("twice.ts", TWICE);
    const off = vmcm(here(), "verify", file, "--only", "outgoing-call-in-cells", "--rule", "OUT-07=off");
    expect([off.code, off.stdout.includes("OUT-07 by")]).toEqual([0, false]);
    const warned = vmcm(here(), "verify", file, "--only", "outgoing-call-in-cells", "--rule", "out=warn");
    expect(warned.code).toBe(0);
    expect(warned.stdout).toContain("warning OUT-07 by twice: ");
  });

  it("of very many warnings the first thousand are told, and how many there are", () => {
    // The first completion is right, the others break OUT-07.
    const file = mcm("endless.ts", TWICE.replace("i < 2", "i < 1201"));
    const { code, stdout } = vmcm(here(), "verify", file, "--only", "outgoing-call-in-cells", "--rule", "out=warn");
    expect(code).toBe(0);
    expect(stdout.match(/warning OUT-07 by endless: /g)).toHaveLength(1_000);
    expect(stdout).toContain(" and 200 warnings more\n");
  });

  const WRONG: readonly (readonly [string[], RegExp])[] = [
    [["none.ts"], /^vmcm: none\.ts: no such file; a driver module exports DriverEntry\n$/],
    [["old.cts"], /^vmcm: old\.cts is no ES module: call it \.mts, or put "type": "module" into its package\.json\n$/],
    [["settings.json"], /^vmcm: settings\.json: a driver module is a \.ts, \.mts, \.js or \.mjs file\n$/],
    [["empty.ts"], /^vmcm: empty\.ts exports no function DriverEntry\(DriverObject, RegistryPath, Ndis\)\n$/],
    [["broken.ts"], /^vmcm: broken\.ts cannot be imported: /],
    [
      ["silent.ts"],
      /^vmcm: silent\.ts does not say which role it has; --role, or an exported role, is one of mcm, call-manager, client\n$/,
    ],
    [
      ["silent.ts", "--role", "filter"],
      /^vmcm: silent\.ts has the role filter; .* one of mcm, call-manager, client\n$/,
    ],
    [
      ["silent.ts", "--role", "client", "--only", "zzz"],
      /^vmcm: --only zzz: no case for client is called so; there are client-up-and-down, /,
    ],
    [
      ["silent.ts", "--role", "client", "--rule", "OUT-07"],
      /^vmcm: --rule OUT-07: a rule or an area, "=", and on, warn, off; /,
    ],
    [
      ["silent.ts", "--rule", "ACT-04=off"],
      /^vmcm: --rule ACT-04=off: bug checks cite OUT-09 for ACT-04; name that instead\n$/,
    ],
    [["silent.ts", "--rule", "OUT-99=off"], /^vmcm: --rule OUT-99=off: there is no such rule/],
    [[], /^vmcm: missing required argument 'DRIVER.ts'\n$/],
  ];

  it.each(WRONG)("bad input: %j", (parameters, said) => {
    writeFileSync(folder.path("package.json"), '{ "type": "module" }');
    writeFileSync(folder.path("old.cts"), "export function DriverEntry() {}\n");
    writeFileSync(folder.path("settings.json"), "{}");
    writeFileSync(folder.path("empty.ts"), "export const nothing = 1;\n");
    writeFileSync(folder.path("broken.ts"), "export const = 1;\n");
    writeFileSync(folder.path("silent.ts"), "export function DriverEntry() {\n  return 0;\n}\n");
    const { code, stdout, stderr } = vmcm(here(), "verify", ...parameters);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(said);
    expect(stderr.trimEnd().split("\n").length).toBe(1);
  });

  it("a report that cannot be written is said after the scorecard; --rule may stand before the driver", () => {
    const file = mcm("twice.ts", TWICE);
    const parameters = ["--rule", "OUT=off", "--rule", "RCV=warn", file, "--only", "outgoing-call-in-cells"];
    const { code, stdout, stderr } = vmcm(here(), "verify", ...parameters, "--junit", "none/x.xml");
    expect([code, stdout.includes("1 passed")]).toEqual([2, true]);
    expect(stderr).toMatch(/^vmcm: --junit none\/x\.xml: .*no such file or directory/);
  });

  it("a driver that throws stops its machine, not the command", () => {
    const file = mcm("throws.ts", 'NdisMCmActivateVc() { throw new TypeError("of the driver\'s own"); }');
    const { code, stdout, stderr } = vmcm(here(), "verify", file, "--only", "outgoing-call-in-cells");
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toContain("of the driver's own");
    expect(stdout).toContain("bug check 0x7E");
  });

  it("--help tells its options", () => {
    const { code, stdout } = vmcm(here(), "verify", "--help");
    expect(code).toBe(0);
    for (const option of ["--role", "--only", "--rule", "--json", "--junit", "--sarif"])
      expect(stdout).toContain(option);
  });
});

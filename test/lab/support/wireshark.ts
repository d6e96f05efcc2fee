import { spawnSync } from "node:child_process";

/** Runs one of Wireshark's tools, which judge our captures; says so when it is not installed. */
export function wireshark(tool: "tshark" | "editcap" | "text2pcap" | "mergecap", ...parameters: string[]): string {
  const run = spawnSync(tool, parameters, { encoding: "utf8", maxBuffer: 256 << 20 });
  if (run.error !== undefined && "code" in run.error && run.error.code === "ENOENT") {
    throw new Error(`${tool} is not installed, and this test needs it as a judge: apt-get install tshark`);
  }
  if (run.status !== 0) throw new Error(`${tool} ${parameters.join(" ")}: ${run.stderr}`);
  return run.stdout;
}

/** The fields of every packet as tshark sees them, one array per packet. */
export function tsharkFields(file: string, ...fields: string[]): string[][] {
  const output = wireshark("tshark", "-r", file, "-T", "fields", ...fields.flatMap((field) => ["-e", field]));
  return output
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\t"));
}

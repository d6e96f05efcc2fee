import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { SAMPLE_CAPTURE, sampleCapture } from "../../scripts/sample-capture.ts";
import { vmcm } from "../cli/support/command.ts";
import { freshFolder } from "../lab/support/folder.ts";
import { wireshark } from "../lab/support/wireshark.ts";
import { expectOrderly, outcomes, RecordedRun, run } from "./support/experiment.ts";

const EXAMPLES = fileURLToPath(new URL("../../examples/", import.meta.url));
const folder = freshFolder();

interface Expected {
  readonly outcomes: readonly string[];
  readonly sent: number;
  readonly delivered: number;
  readonly dropped?: Readonly<Record<string, number>>;
}

/** What each example says of itself. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  "quickstart.yaml": { outcomes: ["10 x NDIS_STATUS_SUCCESS/-"], sent: 40_000, delivered: 40_000 },
  "refused-call.yaml": {
    outcomes: [
      "1 x NDIS_STATUS_INVALID_ADDRESS/1",
      "1 x NDIS_STATUS_NO_ROUTE_TO_DESTINATION/3",
      "1 x NDIS_STATUS_CELLRATE_NOT_AVAILABLE/37",
      "1 x NDIS_STATUS_DEST_OUT_OF_ORDER/27",
    ],
    sent: 0,
    delivered: 0,
  },
  "admission.yaml": {
    outcomes: ["1 x NDIS_STATUS_CELLRATE_NOT_AVAILABLE/37", "4 x NDIS_STATUS_SUCCESS/-"],
    sent: 200,
    delivered: 200,
  },
  "bit-flip.yaml": {
    outcomes: ["1 x NDIS_STATUS_SUCCESS/-"],
    sent: 100,
    delivered: 99,
    dropped: { "crc-error": 1 },
  },
  "replay.yaml": { outcomes: ["1 x NDIS_STATUS_SUCCESS/-"], sent: 49, delivered: 49 },
  "link-flap.yaml": {
    outcomes: ["1 x NDIS_STATUS_MEDIA_DISCONNECTED/-", "1 x NDIS_STATUS_FAILURE/-", "1 x NDIS_STATUS_SUCCESS/-"],
    sent: 2_000,
    delivered: 1_500,
    dropped: { "transmit-discarded": 500 },
  },
  "multipoint.yaml": {
    outcomes: ["1 x NDIS_STATUS_INVALID_ADDRESS/1", "1 x NDIS_STATUS_SUCCESS/-"],
    // 1,000 frames to each of three leaves.
    sent: 3_000,
    delivered: 3_000,
  },
  "three-hosts.yaml": { outcomes: ["6 x NDIS_STATUS_SUCCESS/-"], sent: 5_500, delivered: 5_500 },
};

describe("the examples", () => {
  it("are all held to what they say", () => {
    const files = readdirSync(EXAMPLES).filter((name) => name.endsWith(".yaml"));
    expect(files.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(Object.keys(EXPECTED))(
    "%s ends as it says, in both modes the same, and begins with what it teaches",
    (name) => {
      const text = readFileSync(`${EXAMPLES}${name}`, "utf8");
      expect(text).toMatch(/^# /);
      const { outcomes: ends, sent, delivered, dropped = {} } = EXPECTED[name]!;
      const otherMode = text.includes("mode: cell") ? text.replace("mode: cell", "mode: frame") : `${text}mode: cell\n`;
      for (const scenario of [text, otherMode]) {
        const summary = run(scenario, {}, `${EXAMPLES}${name}`);
        expect(outcomes(summary)).toEqual(ends);
        expect(summary.frames).toMatchObject({ sent, delivered, dropped });
        expectOrderly(summary);
      }
    },
  );

  it("replay.yaml: its recording is what scripts/sample-capture.ts writes, and the page comes out of the run again", () => {
    expect(Buffer.from(sampleCapture()).equals(readFileSync(SAMPLE_CAPTURE))).toBe(true);
    const file = `${EXAMPLES}replay.yaml`;
    const outDir = folder.path("run");
    expect(vmcm(EXAMPLES, "run", file, "--out", outDir)).toMatchObject({ code: 0, stderr: "" });
    const replay = new RecordedRun(outDir, JSON.parse(readFileSync(`${outDir}/summary.json`, "utf8")));
    // tshark follows the TCP connection inside LLC/SNAP and AAL5; what bob's port has is to it what it saw at alice's once more.
    const page = (capture: string): string => wireshark("tshark", "-r", capture, "-q", "-z", "follow,http,raw,0");
    expect(page(SAMPLE_CAPTURE)).toContain(Buffer.from("the cell loss priority bit a dull bit.").toString("hex"));
    expect(page(replay.path("capture")) === page(SAMPLE_CAPTURE)).toBe(true);
  });
});

import { describe, expect } from "vitest";
import type { AtmClientEvents } from "../../src/client/index.ts";
import { AtmClient } from "../../src/client/index.ts";
import type { NdisVcHandle } from "../../src/ndis/index.ts";
import {
  CALL_PARAMETERS_CHANGED,
  CO_CALL_PARAMETERS,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/index.ts";
import { AAL5_TRAILER_OCTETS, CELL_HEADER_OCTETS, CELL_OCTETS, parseAtmAddress } from "../../src/wire/index.ts";
import { Bench } from "../device/bare-driver.ts";
import { NotingFibre } from "../device/fibre-side.ts";
import { Core } from "../ndis/core-harness.ts";
import { behaviour } from "./rule-case.ts";

/** The reference client over a call manager that does what a test tells it. */
function started(events: Partial<AtmClientEvents> = {}, prepare: (core: Core) => void = () => {}) {
  const core = new Core({ clients: [] });
  const client = new AtmClient("reference", { listen: "none", sendBuffers: 8, events });
  prepare(core);
  core.load();
  core.run(core.ndis.loadClient(client.image));
  core.startDevice();
  return { core, client };
}

/** A call that the call manager completes with other parameters than those asked for. */
function changedCall(events: Partial<AtmClientEvents>) {
  const { core, client } = started(events);
  const called = parseAtmAddress("+4930123456");
  if (called.kind === "error") throw new Error(called.message);
  const call = client.makeCall({ called });
  const vc = core.mcm.last("ProtocolCoCreateVc")[1] as NdisVcHandle;
  const parameters = CO_CALL_PARAMETERS({ Flags: CALL_PARAMETERS_CHANGED });
  core.mcm.ndis.NdisMCmActivateVc(vc, parameters);
  core.mcm.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, vc, null, null, parameters);
  return { core, call };
}

describe("the reference client", () => {
  behaviour(
    "OUT-19",
    "the client looks at CALL_PARAMETERS_CHANGED, and closes a call whose new values it does not like",
    () => {
      const judged: number[] = [];
      const refused = changedCall({
        parametersChanged: (_call, { Flags }) => {
          judged.push(Flags);
          return false;
        },
      });
      expect(judged).toEqual([CALL_PARAMETERS_CHANGED]);
      expect(refused.core.mcm.calls("ProtocolCmCloseCall").length).toBe(1);
      expect(refused.call.state).toBe("closing");
      const accepted = changedCall({ parametersChanged: () => true });
      expect(accepted.core.mcm.calls("ProtocolCmCloseCall")).toEqual([]);
      expect(accepted.call.state).toBe("connected");
    },
  );

  behaviour(
    "OUT-21",
    "the client that closes a call keeps its VC until ProtocolClCloseCallComplete, then deletes it",
    () => {
      const { core, call } = changedCall({ parametersChanged: () => false });
      const vc = call.vcHandle as NdisVcHandle;
      core.settle();
      expect(core.mcm.calls("ProtocolCoDeleteVc")).toEqual([]);
      core.mcm.ndis.NdisMCmDeactivateVc(vc);
      expect([call.vcHandle, core.live.vcs]).toEqual([vc, 1]);
      core.mcm.ndis.NdisMCmCloseCallComplete(NDIS_STATUS_SUCCESS, vc, null);
      expect(core.mcm.calls("ProtocolCoDeleteVc")).toHaveLength(1);
      expect([call.state, core.live.vcs]).toEqual(["closed", 0]);
    },
  );

  behaviour("AF-24", "a client whose address family cannot be opened lets NDIS drop its binding", () => {
    const { core, client } = started({}, (made) => {
      made.mcm.on.cm.CmOpenAfHandler = () => NDIS_STATUS_FAILURE;
    });
    core.settle();
    expect(core.mcm.calls("ProtocolCmOpenAf").length).toBe(1);
    expect(client.bindings).toEqual([]);
    expect(core.live.bindings).toBe(0);
  });
});

describe("the NIC", () => {
  behaviour(
    "SND-12",
    "a frame that does not fill its cells is padded with zeros, up to the trailer of AAL5 (I.363.5)",
    () => {
      const nic = new Bench().addDriver().start();
      const fibre = new NotingFibre(nic.bench);
      nic.nic.phy.fibre = fibre;
      nic.control("TXEN", "CELL");
      nic.open(1, 100, { vpi: 0 });
      const sdu = new Uint8Array(5).fill(0xff);
      nic.put(1, [nic.piece(sdu)]);
      nic.doorbell();
      nic.bench.settle();
      expect(fibre.sent.length).toBe(1);
      const [cell] = fibre.sent;
      const payload = cell?.bytes.subarray(CELL_HEADER_OCTETS, CELL_OCTETS) ?? new Uint8Array();
      expect(Array.from(payload.subarray(0, 5))).toEqual(Array.from(sdu));
      const padding = payload.subarray(5, payload.length - AAL5_TRAILER_OCTETS);
      expect(padding.length).toBe(35);
      expect(padding.every((octet) => octet === 0)).toBe(true);
    },
  );
});

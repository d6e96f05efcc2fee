import { describe, expect } from "vitest";
import { DriverEntry as CallManagerDriverEntry } from "../../src/call-manager/index.ts";
import type { AtmClientEvents, CallRequest } from "../../src/client/index.ts";
import { miscalling } from "../../src/lab/gym/faulty-driver.ts";
import type { HostPlan } from "../../src/lab/laboratory.ts";
import { CoMiniportDriverEntry } from "../../src/miniport/index.ts";
import type {
  ATM_MEDIA_PARAMETERS,
  CallManagerLibrary,
  CO_CALL_PARAMETERS,
  CoMiniportLibrary,
  DriverImage,
  NDIS_STATUS,
  NdisVcHandle,
} from "../../src/ndis/index.ts";
import {
  ATM_FLOW_PARAMETERS,
  ATM_MEDIA_SPECIFIC,
  ATM_SERVICE_CATEGORY_CBR,
  ATM_VPIVCI,
  atmMediaParameters,
  NDIS_STATUS_INVALID_DATA,
} from "../../src/ndis/index.ts";
import { BOB, MS, Pair, pattern, SECOND_NS } from "../miniport/two-hosts.ts";
import { behaviour } from "./rule-case.ts";

const CALL_MANAGER: DriverImage<CallManagerLibrary> = { name: "vcm", DriverEntry: CallManagerDriverEntry };
const CO_MINIPORT: DriverImage<CoMiniportLibrary> = { name: "vnic", DriverEntry: CoMiniportDriverEntry };

const CELLS_PER_SECOND = 10_000;
const CBR: Partial<CallRequest> = {
  service: "cbr",
  forwardPeakCellRate: CELLS_PER_SECOND,
  backwardPeakCellRate: CELLS_PER_SECOND,
};

function cbr(PeakCellRate: number): ATM_FLOW_PARAMETERS {
  return ATM_FLOW_PARAMETERS({ ServiceCategory: ATM_SERVICE_CATEGORY_CBR, PeakCellRate, MaxSduSize: 9_180 });
}

/** The parameters with another part for the miniport. */
function changed(parameters: CO_CALL_PARAMETERS, change: Partial<ATM_MEDIA_PARAMETERS>): CO_CALL_PARAMETERS {
  const media = atmMediaParameters(parameters);
  const { MediaParameters } = parameters;
  if (media === null || MediaParameters === null) throw new Error("no media parameters");
  const MediaSpecific = { ParamType: ATM_MEDIA_SPECIFIC, Length: 0, Parameters: { ...media, ...change } } as const;
  return { ...parameters, MediaParameters: { ...MediaParameters, MediaSpecific } };
}

/** Alice calls over the stand-alone call manager, Bob over an MCM. */
function standAlone(
  drivers: Pick<HostPlan, "coMiniport" | "standAloneCallManager">,
  events: Partial<AtmClientEvents> = {},
): Pair {
  return new Pair({ alice: { host: { route: "call-manager", ...drivers } }, bob: { events } }).start();
}

describe("the reference call manager over the reference miniport", () => {
  behaviour("ACT-10", "after an activation that the miniport refuses the VC goes on at the rate that it had", () => {
    let activate: (change: Partial<ATM_MEDIA_PARAMETERS>) => NDIS_STATUS = () => {
      throw new Error("nothing was activated");
    };
    const arrivals: number[] = [];
    const drivers = {
      standAloneCallManager: miscalling(CALL_MANAGER, (ndis) => ({
        NdisCmActivateVc: (vc: NdisVcHandle, parameters: CO_CALL_PARAMETERS) => {
          activate = (change) => ndis.NdisCmActivateVc(vc, changed(parameters, change));
          return ndis.NdisCmActivateVc(vc, parameters);
        },
      })),
    };
    const pair = standAlone(drivers, { frameReceived: () => void arrivals.push(pair.lab.world.clock.nowNs) });
    const call = pair.alice.call(BOB, CBR);
    /** Ten frames of 21 cells each: the time from the second to the last, in virtual ns. */
    const timed = (): number => {
      arrivals.length = 0;
      pair.alice.send(call, ...Array.from({ length: 10 }, (_, i) => pattern(1_000, i)));
      pair.runUntil(() => arrivals.length === 10);
      return (arrivals[9] ?? 0) - (arrivals[1] ?? 0);
    };
    const first = timed();
    expect(first).toBe(((8 * 21) / CELLS_PER_SECOND) * SECOND_NS);
    const faster = activate({ Transmit: cbr(10_000_000) });
    const elsewhere = activate({ ConnectionId: ATM_VPIVCI({ Vpi: 0, Vci: 1_234 }) });
    expect([faster, elsewhere]).toEqual([NDIS_STATUS_INVALID_DATA, NDIS_STATUS_INVALID_DATA]);
    expect(timed()).toBe(first);
  });

  for (const [what, keptOfRate] of [
    ["less than the call needs: the VC is deactivated, and the call fails", 0.5],
    ["what the call needs: the call is up", 1],
  ] as const)
    behaviour("ACT-12", "the call manager looks at what the miniport made of the parameters", () => {
      const pair = standAlone({
        coMiniport: miscalling(CO_MINIPORT, (ndis) => ({
          NdisMCoActivateVcComplete: (status, vc, parameters) => {
            const media = atmMediaParameters(parameters);
            if (media !== null) media.Transmit.PeakCellRate *= keptOfRate;
            ndis.NdisMCoActivateVcComplete(status, vc, parameters);
          },
        })),
      });
      const call = pair.alice.call(BOB, CBR);
      expect([what, call.state]).toEqual([what, keptOfRate === 1 ? "connected" : "closed"]);
      // The signalling VC is active, too.
      expect(pair.alice.host.ndis.live.activeVcs).toBe(keptOfRate === 1 ? 2 : 1);
      pair.run(100 * MS);
      expect(pair.stop()).toEqual({});
    });
});

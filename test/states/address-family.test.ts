import { describe, expect, it } from "vitest";
import { AddressFamily } from "../../src/ndis/address-family/address-family.ts";
import type { NDIS_STATUS, NdisAfHandle } from "../../src/ndis/index.ts";
import {
  NDIS_OID_REQUEST,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import type { Route } from "../ndis/core-harness.ts";
import { Core, ROUTES } from "../ndis/core-harness.ts";
import { create, createIncoming, open, register } from "../rules/routes.ts";
import type { Act } from "./tables.ts";
import { cellsOf, check } from "./tables.ts";

interface Options {
  readonly verifier?: boolean;
  /** There is a VC on it while it is open. */
  readonly withVc?: boolean;
}

/** A client's address family in some state. A close notification pends, and a close in CLOSING. */
class Opened {
  readonly core: Core;
  readonly handle: NdisAfHandle;
  readonly family: AddressFamily;

  constructor(route: Route, state: string, { verifier = true, withVc = false }: Options = {}) {
    const core = new Core({ route, verifier }).start();
    this.core = core;
    core.manager.on.cm.CmOpenAfHandler = () => NDIS_STATUS_PENDING;
    core.client.on.cl.ClNotifyCloseAfHandler = () => NDIS_STATUS_PENDING;
    open(core);
    const family = core.manager.last("ProtocolCmOpenAf")[2];
    if (!(family instanceof AddressFamily)) throw new Error("not an address family");
    this.family = family;
    this.handle = family as unknown as NdisAfHandle;
    if (state !== "OPENING") this.opened();
    const vc = withVc && state !== "OPENING" ? create(core, this.handle).handle : null;
    this.closeAnswers(NDIS_STATUS_PENDING);
    if (state === "NOTIFIED" || state === "CLOSING") core.manager.ndis.NdisMCmNotifyCloseAddressFamily(this.handle);
    if (state === "CLOSED" && vc !== null) core.client.ndis.NdisCoDeleteVc(vc);
    if (state === "CLOSING" || state === "CLOSED") core.client.ndis.NdisClCloseAddressFamily(this.handle);
    if (state === "CLOSED") core.manager.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, this.handle);
    if (this.state !== state) throw new Error(`state ${this.state} instead of ${state}`);
  }

  get state(): string {
    return this.family.state;
  }

  opened(status: typeof NDIS_STATUS_SUCCESS | typeof NDIS_STATUS_FAILURE = NDIS_STATUS_SUCCESS): void {
    this.core.manager.ndis.NdisMCmOpenAddressFamilyComplete(status, this.handle, { af: 1 });
  }

  closeAnswers(status: NDIS_STATUS): void {
    this.core.manager.on.cm.CmCloseAfHandler = () => status;
  }
}

const OPEN_ROW = "NdisClOpenAddressFamilyEx";
const NOTIFY_ROW = "ProtocolCoAfRegisterNotify";
const USE_ROW = "create VC, register SAP, OIDs by AF handle";
const CLOSE_ROW = "NdisClCloseAddressFamily with no VC/SAP left";
const EARLY_ROW = "same with VC or SAP left";

const EVENTS: Record<string, Act<Opened>> = {
  "open complete SUCCESS": (at) => at.opened(),
  "open complete error": (at) => at.opened(NDIS_STATUS_FAILURE),
  [USE_ROW]: ({ core, handle }) => create(core, handle).status,
  "Ndis(M)CmNotifyCloseAddressFamily": ({ core, handle }) => core.manager.ndis.NdisMCmNotifyCloseAddressFamily(handle),
  [CLOSE_ROW]: ({ core, handle }) => core.client.ndis.NdisClCloseAddressFamily(handle),
  CloseAddressFamilyComplete: ({ core, handle }) =>
    core.manager.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, handle),
  NdisClNotifyCloseAddressFamilyComplete: ({ core, handle }) =>
    core.client.ndis.NdisClNotifyCloseAddressFamilyComplete(handle, NDIS_STATUS_SUCCESS),
};

const MEANINGS = {
  "only teardown work": "illegal",
  "F/final FAILURE": "fails with FAILURE",
  "allowed if notify pended": "NOTIFIED",
  "final FAILURE, OPEN, or CM pends until gone (AF-29)": "fails with FAILURE",
  same: "fails with FAILURE",
};

const ROWS = [...new Set(cellsOf("23.5").map(({ event }) => event))];

/** The rows of the table without these. */
const without = (events: Record<string, unknown>): string[] => ROWS.filter((row) => !(row in events));

describe.each(ROUTES)("23.5 address family, %s", (route) => {
  check({
    section: "23.5",
    states: 5,
    events: EVENTS,
    place: (state, verifier) => new Opened(route, state, { verifier }),
    others: [NOTIFY_ROW, OPEN_ROW, EARLY_ROW],
    meanings: MEANINGS,
  });

  it(`${NOTIFY_ROW} in CLOSED: may lead to OPENING; ${OPEN_ROW} in CLOSED: OPENING`, () => {
    const core = new Core({ route });
    core.manager.on.cm.CmOpenAfHandler = () => NDIS_STATUS_PENDING;
    core.client.on.co.CoAfRegisterNotifyHandler = () => void open(core);
    core.start();
    const family = core.manager.last("ProtocolCmOpenAf")[2];
    expect(family instanceof AddressFamily && family.state).toBe("OPENING");
  });

  it(`${OPEN_ROW} in other states: it makes an address family of its own, so that these cells cannot come about`, () => {
    const at = new Opened(route, "OPEN");
    expect(open(at.core).status).toBe(NDIS_STATUS_PENDING);
    expect([at.state, at.core.live.addressFamilies]).toEqual(["OPEN", 2]);
  });

  it("NdisClNotifyCloseAddressFamilyComplete also after CLOSED", () => {
    const { core, handle, family } = new Opened(route, "CLOSING");
    core.manager.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, handle);
    core.client.ndis.NdisClNotifyCloseAddressFamilyComplete(handle, NDIS_STATUS_SUCCESS);
    expect(core.manager.calls("ProtocolCmNotifyCloseAfComplete")).toHaveLength(1);
    expect(family.state).toBe("CLOSED");
  });
});

describe.each(ROUTES)("23.5 address family with a VC, %s", (route) => {
  const events: Record<string, Act<Opened>> = {
    [EARLY_ROW]: (at) => {
      at.closeAnswers(NDIS_STATUS_FAILURE);
      return at.core.client.ndis.NdisClCloseAddressFamily(at.handle);
    },
  };
  check({
    section: "23.5",
    states: 5,
    events,
    place: (state, verifier) => new Opened(route, state, { verifier, withVc: true }),
    others: without(events),
    meanings: MEANINGS,
    differences: {
      [`${EARLY_ROW} in CLOSING`]: {
        does: "fails with FAILURE",
        because: "a second close gets FAILURE (AF-26), with or without a VC",
      },
    },
  });

  it(`${EARLY_ROW} in OPEN: or the call manager pends until it is gone`, () => {
    const at = new Opened(route, "OPEN", { withVc: true });
    expect(at.core.client.ndis.NdisClCloseAddressFamily(at.handle)).toBe(NDIS_STATUS_PENDING);
    expect(at.state).toBe("CLOSING");
  });
});

/** The row of what is done by an AF handle, for all that is: who creates a VC, and SAPs and OID requests. */
const USES: Record<string, Act<Opened>> = {
  "a SAP": ({ core, handle }) => register(core, handle).status,
  "the call manager's VC": ({ core, handle }) => createIncoming(core, handle).status,
};

describe.each(ROUTES)("23.5 address family, uses of its handle, %s", (route) => {
  for (const [use, act] of Object.entries(USES)) {
    describe(use, () => {
      check({
        section: "23.5",
        states: 5,
        events: { [USE_ROW]: act },
        place: (state, verifier) => new Opened(route, state, { verifier }),
        others: without({ [USE_ROW]: act }),
        meanings: MEANINGS,
      });
    });
  }

  describe("an OID request of the client", () => {
    const act: Act<Opened> = ({ core, handle }) =>
      core.client.ndis.NdisCoOidRequest(core.client.binding, handle, null, null, NDIS_OID_REQUEST());
    check({
      section: "23.5",
      states: 5,
      events: { [USE_ROW]: act },
      place: (state, verifier) => new Opened(route, state, { verifier }),
      others: without({ [USE_ROW]: act }),
      // A request is part of no teardown, but does not stand in its way.
      meanings: { ...MEANINGS, "only teardown work": "NOTIFIED" },
    });
  });

  it("the handle that the open gives is filled for SUCCESS only", () => {
    const core = new Core({ route }).start();
    core.manager.on.cm.CmOpenAfHandler = () => NDIS_STATUS_FAILURE;
    expect(open(core)).toEqual({ status: NDIS_STATUS_FAILURE, handle: new OutParameter().Value });
  });
});

import { NDIS_STATUS_NOT_ACCEPTED } from "../ddi/status.ts";
import type { TransitionTable } from "../funnel.ts";

/** Client-created VC (outgoing calls): section 23.1 of the rulebook. */
export type ClientVcState = "IDLE" | "DIAL" | "DIALA" | "CONN" | "RCLOSE" | "CLOSE" | "CLOSEI" | "POST";
/** Call-manager-created VC (incoming calls): section 23.2 of the rulebook. */
export type CallManagerVcState = "MADE" | "ACT" | "OFFER" | "ACC" | "CONN" | "RCLOSE" | "CLOSE" | "DONE";
export type VcState = ClientVcState | CallManagerVcState | "NONE";

export type VcEvent =
  | "CreateVc"
  | "MakeCall"
  | "ActivateVc"
  | "ActivatedLate"
  | "MakeCallSuccess"
  | "MakeCallFailure"
  | "ModifyCallQoS"
  | "DispatchIncomingCall"
  | "IncomingCallAccepted"
  | "IncomingCallRejected"
  | "DispatchCallConnected"
  | "DispatchIncomingCloseCall"
  | "CloseCall"
  | "CloseCallSuccess"
  | "CloseCallFailure"
  | "EndedInactive"
  | "DeactivateVc"
  | "DeleteVc";

const notAccepted = { fails: NDIS_STATUS_NOT_ACCEPTED } as const;
const never = {} as const;

export const CLIENT_VC_STATES: TransitionTable<VcState, VcEvent> = {
  noun: "client-vc",
  events: {
    CreateVc: { rule: "VC-01", cells: { NONE: "IDLE" } },
    MakeCall: { rule: "OUT-01", cells: { IDLE: "DIAL" } },
    ActivateVc: { rule: "ACT-04", cells: { DIAL: "DIALA", DIALA: "DIALA", CONN: "CONN", RCLOSE: "RCLOSE" } },
    MakeCallSuccess: { rule: "OUT-09", cells: { DIALA: "CONN" } },
    // The miniport completes an activation whose call has failed meanwhile.
    ActivatedLate: { rule: "ACT-04", cells: { IDLE: "POST" } },
    // A failed call whose VC is still active waits in POST for its deactivation.
    MakeCallFailure: { rule: "OUT-07", cells: { DIAL: "IDLE", DIALA: "POST" } },
    ModifyCallQoS: { rule: "QOS-01", cells: { CONN: "CONN" } },
    DispatchIncomingCall: { rule: "INC-02", cells: never },
    IncomingCallAccepted: { rule: "INC-05", cells: never },
    IncomingCallRejected: { rule: "INC-05", cells: never },
    DispatchCallConnected: { rule: "CON-01", cells: never },
    DispatchIncomingCloseCall: { rule: "CLS-14", cells: { CONN: "RCLOSE" } },
    CloseCall: { rule: "CLS-02", cells: { CONN: "CLOSE", RCLOSE: "CLOSE" } },
    CloseCallSuccess: { rule: "CLS-09", cells: { CLOSE: "POST", CLOSEI: "IDLE" } },
    CloseCallFailure: { rule: "CLS-09", cells: { CLOSE: "CONN" } },
    EndedInactive: { rule: "CLS-09", cells: never },
    DeactivateVc: {
      rule: "CLS-08",
      cells: {
        IDLE: notAccepted,
        DIAL: notAccepted,
        DIALA: "DIAL",
        CLOSE: "CLOSEI",
        CLOSEI: notAccepted,
        POST: "IDLE",
      },
    },
    DeleteVc: {
      rule: "VC-17",
      cells: {
        IDLE: "NONE",
        DIAL: notAccepted,
        DIALA: notAccepted,
        CONN: notAccepted,
        RCLOSE: notAccepted,
        CLOSE: notAccepted,
        CLOSEI: notAccepted,
        POST: notAccepted,
      },
    },
  },
};

export const CALL_MANAGER_VC_STATES: TransitionTable<VcState, VcEvent> = {
  noun: "call-manager-vc",
  events: {
    CreateVc: { rule: "VC-04", cells: { NONE: "MADE" } },
    MakeCall: { rule: "OUT-01", cells: never },
    ActivateVc: { rule: "ACT-05", cells: { MADE: "ACT", ACT: "ACT", OFFER: "OFFER", ACC: "ACC", CONN: "CONN" } },
    ActivatedLate: { rule: "ACT-04", cells: never },
    MakeCallSuccess: { rule: "OUT-09", cells: never },
    MakeCallFailure: { rule: "OUT-07", cells: never },
    ModifyCallQoS: { rule: "QOS-01", cells: { OFFER: "OFFER", CONN: "CONN" } },
    DispatchIncomingCall: { rule: "INC-02", cells: { MADE: "OFFER", ACT: "OFFER" } },
    IncomingCallAccepted: { rule: "INC-05", cells: { OFFER: "ACC" } },
    IncomingCallRejected: { rule: "INC-05", cells: { OFFER: "DONE" } },
    DispatchCallConnected: { rule: "CON-01", cells: { ACC: "CONN" } },
    DispatchIncomingCloseCall: { rule: "CLS-14", cells: { OFFER: "RCLOSE", ACC: "RCLOSE", CONN: "RCLOSE" } },
    CloseCall: { rule: "CLS-02", cells: { ACC: "CLOSE", CONN: "CLOSE", RCLOSE: "CLOSE" } },
    CloseCallSuccess: { rule: "CLS-09", cells: { CLOSE: "DONE" } },
    CloseCallFailure: { rule: "CLS-09", cells: { CLOSE: "CONN" } },
    // A call that ended on a VC that is not active, or not any more, leaves the VC as it was made.
    EndedInactive: { rule: "CLS-09", cells: { DONE: "MADE" } },
    DeactivateVc: { rule: "CLS-08", cells: { MADE: notAccepted, ACT: "MADE", CLOSE: "CLOSE", DONE: "MADE" } },
    DeleteVc: {
      rule: "VC-17",
      cells: {
        MADE: "NONE",
        ACT: notAccepted,
        OFFER: notAccepted,
        ACC: notAccepted,
        CONN: notAccepted,
        RCLOSE: notAccepted,
        CLOSE: notAccepted,
        DONE: notAccepted,
      },
    },
  },
};

/** A stand-alone call manager's VC for itself, as for signalling (VC-14): it carries no call, and data while it is active. */
export const OWN_VC_STATES: TransitionTable<VcState, VcEvent> = {
  noun: "own-vc",
  events: {
    ...CALL_MANAGER_VC_STATES.events,
    CreateVc: { rule: "VC-14", cells: { NONE: "MADE" } },
    ActivateVc: { rule: "ACT-02", cells: { MADE: "ACT", ACT: "ACT" } },
    ModifyCallQoS: { rule: "QOS-01", cells: never },
    DispatchIncomingCall: { rule: "INC-02", cells: never },
    IncomingCallAccepted: { rule: "INC-05", cells: never },
    IncomingCallRejected: { rule: "INC-05", cells: never },
    DispatchCallConnected: { rule: "CON-01", cells: never },
    DispatchIncomingCloseCall: { rule: "CLS-14", cells: never },
    CloseCall: { rule: "CLS-02", cells: never },
    CloseCallSuccess: { rule: "CLS-09", cells: never },
    EndedInactive: { rule: "CLS-09", cells: never },
    DeactivateVc: { rule: "CLS-08", cells: { MADE: notAccepted, ACT: "MADE" } },
    DeleteVc: { rule: "VC-17", cells: { MADE: "NONE", ACT: notAccepted } },
  },
};

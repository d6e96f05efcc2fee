import { expect } from "vitest";
import type { AddressFamily } from "../../src/ndis/address-family/address-family.ts";
import type {
  NdisAfHandle,
  NdisPartyHandle,
  NdisSapHandle,
  NdisVcHandle,
  NET_BUFFER_LIST,
} from "../../src/ndis/index.ts";
import type { Party } from "../../src/ndis/party/party.ts";
import type { Sap } from "../../src/ndis/sap/sap.ts";
import { Vc } from "../../src/ndis/vc/vc.ts";
import type { Core } from "../ndis/core-harness.ts";

/*
 * What a random walk expects of the core: a few plain objects with the states of section 23 of the rulebook. They are moved by the
 * operations of the walk, which say themselves where each leads.
 */

export interface ModelAf {
  readonly handle: NdisAfHandle;
  state: "OPENING" | "OPEN" | "CLOSING";
}

export interface ModelSap {
  readonly af: ModelAf;
  readonly handle: NdisSapHandle;
  state: "REGISTERING" | "REGISTERED" | "DEREGISTERING";
}

export interface ModelParty {
  readonly handle: NdisPartyHandle;
  state: "ADDING" | "UP" | "DROPPING" | "RDROP" | "LAST";
}

export interface ModelVc {
  readonly af: ModelAf;
  readonly handle: NdisVcHandle;
  readonly byClient: boolean;
  state: string;
  active: boolean;
  /** What the miniport has pended; the walk leaves the VC alone until it is complete. */
  changing: "activation" | "deactivation" | null;
  /** An offer that the client has not answered; it may have been withdrawn. */
  offered: boolean;
  /** Null while there is no call, or it is point-to-point. */
  parties: ModelParty[] | null;
  /** Chains that are with the miniport, and with the client, each of so many lists. */
  readonly sent: Chain[];
  readonly indicated: Chain[];
}

export interface Chain {
  readonly lists: NET_BUFFER_LIST;
  readonly count: number;
}

export class Model {
  readonly afs: ModelAf[] = [];
  readonly saps: ModelSap[] = [];
  readonly vcs: ModelVc[] = [];
}

/** A model with its core. */
export interface Real {
  readonly core: Core;
  /** The names of the operations, in order. */
  readonly taken: string[];
}

export function newVc(af: ModelAf, handle: NdisVcHandle, byClient: boolean): ModelVc {
  return {
    af,
    handle,
    byClient,
    state: byClient ? "IDLE" : "MADE",
    active: false,
    changing: null,
    offered: false,
    parties: null,
    sent: [],
    indicated: [],
  };
}

/** PTY-08: the only party is the last one; with others there is no last one. */
export function settleParties({ parties }: ModelVc): void {
  const [only, ...others] = parties ?? [];
  if (only === undefined) return;
  if (others.length === 0 && only.state === "UP") only.state = "LAST";
}

const lists = (chains: readonly Chain[]): number => chains.reduce((sum, { count }) => sum + count, 0);

const RECEIVING = new Set(["CONN", "DIALA", "ACT", "OFFER", "ACC"]);

/** The core is as the model says, and nobody broke a rule. */
export function verify(model: Model, { core }: Real): void {
  const { afs, saps, vcs } = model;
  // an offer on an inactive VC is told, and legal.
  expect(core.rules.filter((rule) => rule !== "ACT-05")).toEqual([]);
  expect(core.live).toMatchObject({
    addressFamilies: afs.length,
    saps: saps.length,
    vcs: vcs.length,
    activeVcs: vcs.filter(({ active }) => active).length,
    parties: vcs.reduce((sum, { parties }) => sum + (parties?.length ?? 0), 0),
    sentNetBufferLists: vcs.reduce((sum, { sent }) => sum + lists(sent), 0),
    indicatedNetBufferLists: vcs.reduce((sum, { indicated }) => sum + lists(indicated), 0),
    oidRequests: 0,
  });
  for (const { handle, state } of afs) expect((handle as unknown as AddressFamily).state).toBe(state);
  for (const { handle, state } of saps) expect((handle as unknown as Sap).state).toBe(state);
  for (const vc of vcs) verifyVc(vc);
}

function verifyVc({ handle, state, active, parties, sent, indicated }: ModelVc): void {
  const vc: unknown = handle;
  if (!(vc instanceof Vc)) throw new Error("not a VC");
  expect([vc.state, vc.active]).toEqual([state, active]);
  expect([vc.maySend, vc.mayReceive]).toEqual([state === "CONN", active && RECEIVING.has(state)]);
  expect([vc.sendsOutstanding, vc.indicatedOutstanding]).toEqual([lists(sent), lists(indicated)]);
  for (const party of parties ?? []) expect((party.handle as unknown as Party).state).toBe(party.state);
}

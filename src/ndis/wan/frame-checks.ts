import type { MiniportAdapter } from "../adapter/adapter.ts";
import { NDIS_MEDIUM } from "../ddi/constants/enumerations.ts";
import { NDIS_STATUS_INVALID_LENGTH } from "../ddi/status.ts";
import type { MDL, NET_BUFFER_LIST } from "../ddi/structures/net-buffer.ts";
import type { Vc } from "../vc/vc.ts";

/** What a CoNDIS WAN miniport takes beyond the MaxFrameSize that it announces (WAN-10). */
const RESERVE_BYTES = 32;

/** Whether frames of an activation have come in, and whether a protocol has said how they are framed. */
interface Framing {
  readonly activation: number;
  hasReceived: boolean;
  isSet: boolean;
}

/** What the verifier sees of the frames of CoNDIS WAN miniports (WAN-08, WAN-10, WAN-11). */
export class WanFrameChecks {
  readonly #largest = new WeakMap<MiniportAdapter, number>();
  readonly #sent = new Map<NET_BUFFER_LIST, MiniportAdapter>();
  readonly #framings = new WeakMap<Vc, Framing>();

  /** MaxFrameSize, as the miniport announces it. */
  announce(adapter: MiniportAdapter, maximumFrameSize: number): void {
    this.#largest.set(adapter, maximumFrameSize);
  }

  /** The miniport has these lists to send. */
  sent({ adapter }: Vc, lists: NET_BUFFER_LIST): void {
    if (!isWan(adapter)) return;
    for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) this.#sent.set(list, adapter);
  }

  /** The miniport gives lists back, each with its Status. */
  completed({ adapter, environment, traceName }: Vc, lists: NET_BUFFER_LIST, owner: string): void {
    if (!isWan(adapter)) return;
    const largest = this.#largest.get(adapter) ?? Number.NaN;
    for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) {
      this.#sent.delete(list);
      if (list.Status === NDIS_STATUS_INVALID_LENGTH && longestFrameOf(list) <= largest + RESERVE_BYTES) {
        const message = `a frame of ${longestFrameOf(list)} bytes is refused on ${traceName}; MaxFrameSize is ${largest}, and ${RESERVE_BYTES} more are taken`;
        environment.misuse("WAN-10", owner, message);
      }
    }
  }

  /** The miniport indicates lists: frames that came in, not those that go out. */
  indicated(vc: Vc, lists: NET_BUFFER_LIST, owner: string): void {
    const { adapter, environment, traceName } = vc;
    if (!isWan(adapter)) return;
    this.#framingOf(vc).hasReceived = true;
    const outgoing = [...this.#sent].filter(([, sender]) => sender === adapter).flatMap(([list]) => mdlsOf(list));
    for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) {
      if (mdlsOf(list).some((mdl) => outgoing.some((other) => overlap(mdl, other))))
        environment.misuse("WAN-08", owner, `what is indicated on ${traceName} is being sent: NDISWAN loops back`, vc);
    }
  }

  /** OID_WAN_CO_SET_LINK_INFO: 0 has the miniport detect the framing, with each frame. */
  framingSet(vc: Vc, bits: number): void {
    const framing = this.#framingOf(vc);
    framing.hasReceived = false;
    framing.isSet = bits !== 0;
  }

  /** Whether the miniport may have a framing to tell: one that was set, or found in what came in. */
  knowsFraming(vc: Vc): boolean {
    const { hasReceived, isSet } = this.#framingOf(vc);
    return hasReceived || isSet;
  }

  #framingOf(vc: Vc): Framing {
    const known = this.#framings.get(vc);
    if (known?.activation === vc.activations) return known;
    const framing: Framing = { activation: vc.activations, hasReceived: false, isSet: false };
    this.#framings.set(vc, framing);
    return framing;
  }
}

function isWan({ generalAttributes }: MiniportAdapter): boolean {
  return generalAttributes?.MediaType === NDIS_MEDIUM.NdisMediumCoWan;
}

function longestFrameOf(list: NET_BUFFER_LIST): number {
  let longest = 0;
  for (let frame = list.FirstNetBuffer; frame !== null; frame = frame.Next)
    longest = Math.max(longest, frame.DataLength);
  return longest;
}

function mdlsOf(list: NET_BUFFER_LIST): MDL[] {
  const all: MDL[] = [];
  for (let frame = list.FirstNetBuffer; frame !== null; frame = frame.Next)
    for (let mdl = frame.CurrentMdl; mdl !== null; mdl = mdl.Next) all.push(mdl);
  return all;
}

function overlap(one: MDL, other: MDL): boolean {
  const oneEnd = one.MappedSystemVa + one.ByteCount;
  const otherEnd = other.MappedSystemVa + other.ByteCount;
  return one.MappedSystemVa < otherEnd && other.MappedSystemVa < oneEnd;
}

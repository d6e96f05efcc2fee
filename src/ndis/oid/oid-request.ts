import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { AddressFamily } from "../address-family/address-family.ts";
import type { Binding } from "../binding/binding.ts";
import { finishCloseWhenQuiet } from "../binding/open-close.ts";
import { OID_CO_GET_CALL_INFORMATION } from "../ddi/constants/connection-oids.ts";
import type { NDIS_CONTEXT } from "../ddi/handles.ts";
import { isAtLeast } from "../ddi/numbers.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import {
  NDIS_STATUS_ADAPTER_NOT_READY,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_REQUEST_ABORTED,
} from "../ddi/status.ts";
import type { NDIS_OID_REQUEST } from "../ddi/structures/oid-request.ts";
import type { NdisEnvironment } from "../environment.ts";
import { atPassiveLevel } from "../executive/passive.ts";
import type { Vc } from "../vc/vc.ts";
import { OidChecks } from "./checks.ts";
import { hasInformation, oidOf } from "./information-buffer.ts";
import type { OidCompletion, OidPassage, OidSubject } from "./passage.ts";
import { COMPLETIONS, isForMiniport, WHOLE_ADAPTER } from "./passage.ts";
import type { PeerSide } from "./peer-sides.ts";
import { peerOf } from "./peer-sides.ts";
import { TimeLimits } from "./time-limits.ts";

const NS_PER_SECOND = 1_000_000_000;
/** The verifier's NdisTimedOidComplete: how long a driver may have a request, whatever the Timeout. */
const LONGEST_ANSWER_NS = 12 * NS_PER_SECOND;

type Passage = Omit<OidPassage, "asked">;

/** The requests for one adapter's MiniportOidRequest: the first one's turn it is. */
interface OidQueue {
  readonly passages: OidPassage[];
  /** Somebody hands out what waits here, and goes on with the next request when one is complete. */
  isServed: boolean;
}

/** What MiniportCancelOidRequest or MiniportCancelDirectOidRequest is asked to abort. */
interface Cancellation {
  readonly adapter: MiniportAdapter;
  readonly isDirect: boolean;
  readonly RequestId: NDIS_CONTEXT;
}

/** OID requests on their way, by request. MiniportOidRequest is serialised per adapter, all others are not (OID-14). */
export class OidRequests {
  readonly #environment: NdisEnvironment;
  readonly #pending = new Map<NDIS_OID_REQUEST, OidPassage>();
  readonly #queues = new Map<MiniportAdapter, OidQueue>();
  readonly #timeouts: TimeLimits<OidPassage>;
  readonly #patience: TimeLimits<OidPassage> | null;
  readonly #checks: OidChecks | null;
  /** The cancellations whose handlers are running, the outermost first. */
  readonly #cancelling: Cancellation[] = [];

  constructor(environment: NdisEnvironment) {
    this.#environment = environment;
    const { clock, processor, verifying } = environment;
    this.#checks = verifying ? new OidChecks(environment) : null;
    this.#timeouts = new TimeLimits(clock, processor, "OID timeout", false, (passage) => this.#timedOut(passage));
    this.#patience = verifying
      ? new TimeLimits(clock, processor, "OID time limit", true, (passage) => this.#overdue(passage))
      : null;
  }

  /** A CO request without an address family: to MiniportCoOidRequest (OID-01, OID-03). */
  toMiniportCo(
    issuer: string,
    adapter: MiniportAdapter,
    binding: Binding | null,
    vc: Vc | null,
    request: NDIS_OID_REQUEST,
    complete: (status: NDIS_STATUS_FINAL) => void,
  ): NDIS_STATUS {
    const handler = adapter.driver.co?.CoOidRequestHandler ?? null;
    if (handler === null) return NDIS_STATUS_NOT_SUPPORTED;
    if (!adapter.isUp) return NDIS_STATUS_ADAPTER_NOT_READY;
    return this.#issue({
      request,
      handler: "MiniportCoOidRequest",
      issuer,
      answerer: adapter.driver.name,
      adapter,
      binding,
      subject: { addressFamily: null, vc, party: null },
      ask: () => handler(adapter.context, vc?.miniportContext ?? null, request),
      complete,
    });
  }

  /** A request by address family: to ProtocolCoOidRequest of the other side (OID-02, OID-03, OID-04). */
  toPeer(from: PeerSide, addressFamily: AddressFamily, subject: OidSubject, request: NDIS_OID_REQUEST): NDIS_STATUS {
    const issuer = peerOf(addressFamily, from);
    const answerer = peerOf(addressFamily, from === "client" ? "call manager" : "client");
    const { vc, party } = subject;
    const { binding, registration } = addressFamily;
    return this.#issue({
      request,
      handler: "ProtocolCoOidRequest",
      issuer: issuer.name,
      answerer: answerer.name,
      adapter: binding.adapter,
      binding: from === "client" ? binding : (registration.binding ?? binding),
      subject,
      ask: () => answerer.request(answerer.afContext, answerer.vcContext(vc), answerer.partyContext(party), request),
      complete: (status) =>
        issuer.complete(issuer.afContext, issuer.vcContext(vc), issuer.partyContext(party), request, status),
    });
  }

  /** NdisDirectOidRequest: to MiniportDirectOidRequest, at any time beside all others. */
  toMiniportDirect(binding: Binding, request: NDIS_OID_REQUEST): NDIS_STATUS {
    const { adapter, protocol } = binding;
    const handler = adapter.driver.characteristics.DirectOidRequestHandler;
    const completeHandler = protocol.characteristics.DirectOidRequestCompleteHandler;
    if (handler === null || completeHandler === null) return NDIS_STATUS_NOT_SUPPORTED;
    if (!adapter.isUp) return NDIS_STATUS_ADAPTER_NOT_READY;
    return this.#issue({
      request,
      handler: "MiniportDirectOidRequest",
      issuer: protocol.name,
      answerer: adapter.driver.name,
      adapter,
      binding,
      subject: WHOLE_ADAPTER,
      ask: () => handler(adapter.context, request),
      complete: (status) => completeHandler(binding.context, request, status),
    });
  }

  /** NdisOidRequest: to MiniportOidRequest at PASSIVE_LEVEL, one at a time. */
  toMiniport(binding: Binding, request: NDIS_OID_REQUEST, complete: (status: NDIS_STATUS_FINAL) => void): NDIS_STATUS {
    const { adapter, protocol } = binding;
    const handler = adapter.driver.characteristics.OidRequestHandler;
    if (handler === null) return NDIS_STATUS_NOT_SUPPORTED;
    if (!adapter.isUp) return NDIS_STATUS_ADAPTER_NOT_READY;
    const passage: OidPassage = {
      request,
      handler: "MiniportOidRequest",
      issuer: protocol.name,
      answerer: adapter.driver.name,
      adapter,
      binding,
      subject: WHOLE_ADAPTER,
      asked: false,
      ask: () => handler(adapter.context, request),
      complete,
    };
    const refusal = this.#begin(passage);
    if (refusal !== null) return refusal;
    const busy = this.#queues.get(adapter);
    if (busy !== undefined) {
      busy.passages.push(passage);
      this.#limitTime(passage);
      return NDIS_STATUS_PENDING;
    }
    const queue: OidQueue = { passages: [passage], isServed: false };
    this.#queues.set(adapter, queue);
    if (this.#environment.processor.irql > 0) {
      this.#limitTime(passage);
      this.#goOn(adapter, queue);
      return NDIS_STATUS_PENDING;
    }
    queue.isServed = true;
    let status: NDIS_STATUS;
    try {
      status = this.#ask(passage);
    } finally {
      queue.isServed = false;
    }
    if (status !== NDIS_STATUS_PENDING) queue.passages.shift();
    this.#goOn(adapter, queue);
    return status;
  }

  /** A completion function was called. */
  complete(
    completion: OidCompletion,
    owner: string,
    subject: { readonly [Part in keyof OidSubject]: unknown },
    request: NDIS_OID_REQUEST,
    status: NDIS_STATUS_FINAL,
  ): void {
    const environment = this.#environment;
    if (!environment.completes(status, "OID-07", owner)) return;
    const { handler, needless } = COMPLETIONS[completion];
    const passage = this.#pending.get(request);
    if (passage === undefined || !passage.asked || passage.answerer !== owner) {
      environment.misuse(needless, owner, `${completion} for an OID request that is not pending with this driver`);
      return;
    }
    if (passage.handler !== handler) {
      environment.misuse("OID-08", owner, `${completion} for an OID request that ${passage.handler} pended`);
      return;
    }
    const isAborted =
      this.#cancelling.some((cancellation) => isMeant(passage, cancellation)) ||
      passage.adapter.reset?.aborts.has(passage) === true;
    this.#checks?.completed(passage, subject, status, isAborted);
    this.#forget(passage, status);
    passage.complete(status);
    if (passage.binding !== null) finishCloseWhenQuiet(passage.binding);
    if (handler === "MiniportOidRequest") this.#next(passage.adapter);
  }

  /** NdisCancelOidRequest and NdisCancelDirectOidRequest: what waits is aborted, what the miniport has it is asked to abort (OID-16, OID-17). */
  cancel(binding: Binding, isDirect: boolean, RequestId: NDIS_CONTEXT): void {
    if (RequestId === null) return;
    const cancellation: Cancellation = { adapter: binding.adapter, isDirect, RequestId };
    const meant = [...this.#pending.values()].filter(
      (passage) => passage.binding === binding && isMeant(passage, cancellation),
    );
    for (const passage of meant) if (!passage.asked) this.#abort(passage);
    if (meant.some((passage) => passage.asked)) this.#askToCancel(cancellation);
  }

  #issue(parts: Passage): NDIS_STATUS {
    const passage: OidPassage = { ...parts, asked: false };
    if (hasInformation(passage.request) && oidOf(passage.request) === OID_CO_GET_CALL_INFORMATION)
      return NDIS_STATUS_NOT_SUPPORTED;
    return this.#begin(passage) ?? this.#ask(passage);
  }

  /** @returns null, or the status with which the request fails before anybody is asked. */
  #begin(passage: OidPassage): NDIS_STATUS_FINAL | null {
    const { request, issuer, binding } = passage;
    if (!hasInformation(request)) {
      this.#environment.misuse("NullCheck", issuer, "OidRequest is no NDIS_OID_REQUEST");
      return NDIS_STATUS_FAILURE;
    }
    if (this.#pending.has(request)) {
      this.#environment.misuse("NdisOidDoubleRequest", issuer, "an OID request is issued again while it is pending");
      return NDIS_STATUS_FAILURE;
    }
    this.#checks?.issued(passage);
    this.#pending.set(request, passage);
    if (binding !== null) binding.outstandingOidRequests++;
    this.#environment.live.oidRequests++;
    return null;
  }

  #ask(passage: OidPassage): NDIS_STATUS {
    passage.asked = true;
    if (isForMiniport(passage)) passage.adapter.oidStarted(passage);
    const status = passage.ask();
    const isOpen = this.#pending.get(passage.request) === passage;
    if (status === NDIS_STATUS_PENDING) {
      this.#checks?.pended(passage);
      if (isOpen) this.#limitTime(passage);
      return NDIS_STATUS_PENDING;
    }
    if (!isOpen) {
      const message = "an OID request was completed and answered with a final status as well";
      this.#environment.misuse("OID-31", passage.answerer, message);
      return NDIS_STATUS_PENDING;
    }
    this.#checks?.answered(passage, status);
    this.#forget(passage, status);
    return status;
  }

  #forget(passage: OidPassage, status: NDIS_STATUS_FINAL): void {
    this.#pending.delete(passage.request);
    this.#checks?.over(passage);
    this.#timeouts.stop(passage);
    this.#patience?.stop(passage);
    if (passage.binding !== null) passage.binding.outstandingOidRequests--;
    this.#environment.live.oidRequests--;
    if (passage.asked && isForMiniport(passage)) passage.adapter.oidEnded(passage, status);
  }

  #limitTime(passage: OidPassage): void {
    const { Timeout } = passage.request;
    if (isAtLeast(Timeout, 1) && !this.#timeouts.has(passage)) this.#timeouts.start(passage, Timeout * NS_PER_SECOND);
    if (passage.asked) this.#patience?.start(passage, LONGEST_ANSWER_NS);
  }

  #timedOut(passage: OidPassage): void {
    const { adapter, handler, request } = passage;
    if (!passage.asked) this.#abort(passage);
    else if (isForMiniport(passage)) {
      const isDirect = handler === "MiniportDirectOidRequest";
      this.#askToCancel({ adapter, isDirect, RequestId: request.RequestId });
    }
  }

  #overdue(passage: OidPassage): void {
    const message = `${passage.handler} pended an OID request 12 s ago, which is not complete`;
    this.#environment.misuse("NdisTimedOidComplete", passage.answerer, message);
  }

  #askToCancel(cancellation: Cancellation): void {
    const { adapter, isDirect, RequestId } = cancellation;
    const { CancelOidRequestHandler, CancelDirectOidRequestHandler } = adapter.driver.characteristics;
    this.#cancelling.push(cancellation);
    try {
      (isDirect ? CancelDirectOidRequestHandler : CancelOidRequestHandler)?.(adapter.context, RequestId);
    } finally {
      this.#cancelling.pop();
    }
  }

  /** Completes a request that its answerer has never seen. */
  #abort(passage: OidPassage): void {
    const passages = this.#queues.get(passage.adapter)?.passages;
    const place = passages?.indexOf(passage) ?? -1;
    // The first one keeps its place until its turn comes.
    if (place > 0) passages?.splice(place, 1);
    this.#forget(passage, NDIS_STATUS_REQUEST_ABORTED);
    passage.complete(NDIS_STATUS_REQUEST_ABORTED);
    if (passage.binding !== null) finishCloseWhenQuiet(passage.binding);
  }

  /** MiniportOidRequest is done with the first request of the queue. */
  #next(adapter: MiniportAdapter): void {
    const queue = this.#queues.get(adapter);
    if (queue === undefined) return;
    queue.passages.shift();
    this.#goOn(adapter, queue);
  }

  /** Has what waits handed out, unless somebody is at it already: MiniportOidRequest is not called inside of itself. */
  #goOn(adapter: MiniportAdapter, queue: OidQueue): void {
    if (queue.isServed) return;
    const [first] = queue.passages;
    if (first === undefined) this.#queues.delete(adapter);
    else if (!first.asked) atPassiveLevel(this.#environment, "MiniportOidRequest", () => this.#serve(adapter, queue));
  }

  /** Hands out one request after the other, for as long as they are answered at once. */
  #serve(adapter: MiniportAdapter, queue: OidQueue): void {
    queue.isServed = true;
    try {
      for (let [first] = queue.passages; first !== undefined && !first.asked; [first] = queue.passages)
        this.#takeTurn(first);
    } finally {
      queue.isServed = false;
    }
    this.#goOn(adapter, queue);
  }

  #takeTurn(passage: OidPassage): void {
    // The miniport may have been halted since the request was queued.
    if (this.#pending.get(passage.request) === passage && !passage.adapter.isUp) this.#abort(passage);
    if (this.#pending.get(passage.request) !== passage) {
      this.#next(passage.adapter);
      return;
    }
    const status = this.#ask(passage);
    if (status === NDIS_STATUS_PENDING) return;
    passage.complete(status);
    if (passage.binding !== null) finishCloseWhenQuiet(passage.binding);
    this.#next(passage.adapter);
  }
}

function isMeant(passage: OidPassage, { adapter, isDirect, RequestId }: Cancellation): boolean {
  return (
    passage.adapter === adapter &&
    passage.request.RequestId === RequestId &&
    isForMiniport(passage) &&
    (passage.handler === "MiniportDirectOidRequest") === isDirect
  );
}

import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { AddressFamily } from "../address-family/address-family.ts";
import type { Binding } from "../binding/binding.ts";
import { finishCloseWhenQuiet } from "../binding/open-close.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_CLOSING, NDIS_STATUS_NOT_SUPPORTED, NDIS_STATUS_PENDING } from "../ddi/status.ts";
import type { NDIS_OID_REQUEST } from "../ddi/structures/oid-request.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Vc } from "../vc/vc.ts";
import { completeBaseRequest } from "./base-completion.ts";

/** A request that its receiver pended: where its completion goes. */
interface PendingOid {
  readonly receiver: "miniport" | "miniport-co" | "protocol";
  readonly complete: (status: NDIS_STATUS_FINAL) => void;
  readonly binding: Binding;
}

/** OID requests on their way, by request. MiniportOidRequest is serialised per adapter, CO requests are not (OID-14). */
export class OidRequests {
  readonly #environment: NdisEnvironment;
  readonly #pending = new Map<NDIS_OID_REQUEST, PendingOid>();
  readonly #queues = new Map<MiniportAdapter, (() => void)[]>();

  constructor(environment: NdisEnvironment) {
    this.#environment = environment;
  }

  /** NdisCoOidRequest without an address family: to MiniportCoOidRequest (OID-01, OID-03). */
  toMiniportCo(binding: Binding, vc: Vc | null, request: NDIS_OID_REQUEST): NDIS_STATUS {
    const { adapter } = binding;
    const handler = adapter.driver.co?.CoOidRequestHandler ?? null;
    if (handler === null) return NDIS_STATUS_NOT_SUPPORTED;
    if (binding.state === "Closing" && !binding.isOpen) return NDIS_STATUS_CLOSING;
    return this.#issue(
      "miniport-co",
      adapter.driver.name,
      binding,
      request,
      (status) => binding.client?.ClOidRequestCompleteHandler(null, vc?.clientContext ?? null, null, request, status),
      () => handler(adapter.context, vc?.miniportContext ?? null, request),
    );
  }

  /** NdisCoOidRequest with an address family: to the call manager's ProtocolCoOidRequest (OID-02, OID-03). */
  toCallManager(addressFamily: AddressFamily, vc: Vc | null, request: NDIS_OID_REQUEST): NDIS_STATUS {
    const { client, registration, binding } = addressFamily;
    return this.#issue(
      "protocol",
      registration.owner,
      binding,
      request,
      (status) =>
        client.ClOidRequestCompleteHandler(
          addressFamily.clientContext,
          vc?.clientContext ?? null,
          null,
          request,
          status,
        ),
      () =>
        registration.callManager.CmOidRequestHandler(
          addressFamily.callManagerContext,
          vc?.callManagerContext ?? null,
          null,
          request,
        ),
    );
  }

  /** NdisMCmOidRequest: to the client's ProtocolCoOidRequest (OID-04). */
  toClient(addressFamily: AddressFamily, vc: Vc | null, request: NDIS_OID_REQUEST): NDIS_STATUS {
    const { client, registration, binding } = addressFamily;
    return this.#issue(
      "protocol",
      binding.protocol.name,
      binding,
      request,
      (status) =>
        registration.callManager.CmOidRequestCompleteHandler(
          addressFamily.callManagerContext,
          vc?.callManagerContext ?? null,
          null,
          request,
          status,
        ),
      () => client.ClOidRequestHandler(addressFamily.clientContext, vc?.clientContext ?? null, null, request),
    );
  }

  /** NdisOidRequest: to MiniportOidRequest, one at a time. */
  toMiniport(binding: Binding, request: NDIS_OID_REQUEST): NDIS_STATUS {
    const { adapter } = binding;
    const handler = adapter.driver.characteristics.OidRequestHandler;
    if (handler === null) return NDIS_STATUS_NOT_SUPPORTED;
    const complete = (status: NDIS_STATUS_FINAL): void => {
      this.#next(adapter);
      completeBaseRequest(binding, request, status);
    };
    const queue = this.#queues.get(adapter);
    if (queue !== undefined) {
      queue.push(() => {
        const status = this.#issue("miniport", adapter.driver.name, binding, request, complete, () =>
          handler(adapter.context, request),
        );
        if (status !== NDIS_STATUS_PENDING) complete(status);
      });
      return NDIS_STATUS_PENDING;
    }
    this.#queues.set(adapter, []);
    const status = this.#issue("miniport", adapter.driver.name, binding, request, complete, () =>
      handler(adapter.context, request),
    );
    if (status !== NDIS_STATUS_PENDING) this.#next(adapter);
    return status;
  }

  /** A completion function was called for a request: `receiver` says by which half. */
  complete(
    receiver: PendingOid["receiver"],
    owner: string,
    request: NDIS_OID_REQUEST,
    status: NDIS_STATUS_FINAL,
  ): void {
    if (!this.#environment.completes(status, "OID-07", owner)) return;
    const pending = this.#pending.get(request);
    if (pending === undefined || pending.receiver !== receiver) {
      this.#environment.misuse("OID-31", owner, "completion of an OID request that is not pending with this driver");
      return;
    }
    this.#forget(request, pending.binding);
    pending.complete(status);
    finishCloseWhenQuiet(pending.binding);
  }

  #issue(
    receiver: PendingOid["receiver"],
    answerer: string,
    binding: Binding,
    request: NDIS_OID_REQUEST,
    complete: (status: NDIS_STATUS_FINAL) => void,
    ask: () => NDIS_STATUS,
  ): NDIS_STATUS {
    this.#pending.set(request, { receiver, complete, binding });
    binding.outstandingOidRequests++;
    this.#environment.live.oidRequests++;
    const status = ask();
    if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
    if (!this.#pending.has(request)) {
      const message = "an OID request was completed and answered with a final status as well";
      this.#environment.misuse("OID-31", answerer, message);
      return NDIS_STATUS_PENDING;
    }
    this.#forget(request, binding);
    return status;
  }

  #forget(request: NDIS_OID_REQUEST, binding: Binding): void {
    this.#pending.delete(request);
    binding.outstandingOidRequests--;
    this.#environment.live.oidRequests--;
  }

  #next(adapter: MiniportAdapter): void {
    const queue = this.#queues.get(adapter);
    const next = queue?.shift();
    if (next === undefined) this.#queues.delete(adapter);
    else next();
  }
}

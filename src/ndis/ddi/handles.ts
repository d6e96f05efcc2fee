/**
 * What NDIS and drivers know each other's objects by. A handle is an object of NDIS seen from outside: a driver
 * stores it and passes it back unchanged (rule AF-38). A context is an object of the driver that NDIS stores and
 * passes back unchanged.
 */

declare const handleKind: unique symbol;

/** A handle of one kind; kinds do not mix, and nothing but {@link toHandle} makes one. */
export interface OpaqueHandle<Kind extends string> {
  readonly [handleKind]: Kind;
}

export type NdisMiniportDriverHandle = OpaqueHandle<"NdisMiniportDriverHandle">;
export type NdisProtocolDriverHandle = OpaqueHandle<"NdisProtocolDriverHandle">;
/** What MiniportSetOptions and ProtocolSetOptions are given. */
export type NdisDriverHandle = NdisMiniportDriverHandle | NdisProtocolDriverHandle;

/** One adapter, as its miniport knows it (also called NdisMiniportHandle and MiniportHandle). */
export type MiniportAdapterHandle = OpaqueHandle<"MiniportAdapterHandle">;
/** One protocol on one adapter, as the protocol knows it. */
export type NdisBindingHandle = OpaqueHandle<"NdisBindingHandle">;
/** A bind in progress: ProtocolBindAdapterEx until NdisCompleteBindAdapterEx. */
export type NdisBindContextHandle = OpaqueHandle<"NdisBindContextHandle">;
/** An unbind in progress: ProtocolUnbindAdapterEx until NdisCompleteUnbindAdapterEx. */
export type NdisUnbindContextHandle = OpaqueHandle<"NdisUnbindContextHandle">;

export type NdisAfHandle = OpaqueHandle<"NdisAfHandle">;
export type NdisSapHandle = OpaqueHandle<"NdisSapHandle">;
export type NdisVcHandle = OpaqueHandle<"NdisVcHandle">;
export type NdisPartyHandle = OpaqueHandle<"NdisPartyHandle">;

export type NdisInterruptHandle = OpaqueHandle<"NdisInterruptHandle">;
export type NdisMiniportDmaHandle = OpaqueHandle<"NdisMiniportDmaHandle">;
export type NdisTimerHandle = OpaqueHandle<"NdisTimerHandle">;
export type NdisIoWorkItemHandle = OpaqueHandle<"NdisIoWorkItemHandle">;
export type NdisConfigurationHandle = OpaqueHandle<"NdisConfigurationHandle">;
export type NetBufferListPoolHandle = OpaqueHandle<"NetBufferListPoolHandle">;
export type NetBufferPoolHandle = OpaqueHandle<"NetBufferPoolHandle">;
export type NdisPoolHandle = NetBufferListPoolHandle | NetBufferPoolHandle;
/** A read-write lock; C calls the pointer to it PNDIS_RW_LOCK_EX. */
export type NDIS_RW_LOCK_EX = OpaqueHandle<"NDIS_RW_LOCK_EX">;

/** On whose behalf memory, pools, timers, work items and locks are allocated. */
export type NdisObjectHandle = NdisDriverHandle | MiniportAdapterHandle | NdisBindingHandle;

/** A driver's own object. NDIS never looks inside; a driver narrows it to its own type, as it casts in C. */
export type NDIS_CONTEXT = unknown;

/**
 * Shows one of NDIS's own objects as the handle `Handle`. The room that owns the object resolves and checks it again.
 */
export function toHandle<Handle extends OpaqueHandle<string>>(object: object): Handle {
  return object as Handle;
}

/** A C out-parameter (`PNDIS_HANDLE NdisVcHandle`): empty until the callee fills it. */
export class OutParameter<T> {
  Value: T | null = null;
}

/** A C in-out parameter (`PLONG Addend`): the callee reads and writes it. */
export class InOutParameter<T> {
  Value: T;

  constructor(value: T) {
    this.Value = value;
  }
}

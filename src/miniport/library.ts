import type { MiniportCallManagerLibrary } from "../ndis/index.ts";

/** What the hardware half calls in NDIS, whoever manages the calls: the library of an MCM and that of a CO miniport have it. */
export type MiniportLibrary = Omit<MiniportCallManagerLibrary, `NdisMCm${string}`>;

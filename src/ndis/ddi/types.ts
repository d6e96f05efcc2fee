import type { Blocking } from "../../machine/thread.ts";

/** A virtual address in the world's memory, in bytes; {@link NULL} is the null pointer. */
export type PVOID = number;
export const NULL: PVOID = 0;

/** A physical address in the world's memory, as a device's DMA uses it. */
export type NDIS_PHYSICAL_ADDRESS = number;

/** Counted UTF-16 strings of C are ordinary strings here. */
export type NDIS_STRING = string;
export type UNICODE_STRING = string;

/** 64-bit quantities (times in 100 ns units, speeds in bit/s, LUIDs): integers, exact up to 2^53. */
export type LARGE_INTEGER = number;
export type ULONG64 = number;
export type NET_LUID = number;

export type NDIS_PORT_NUMBER = number;
export const NDIS_DEFAULT_PORT_NUMBER: NDIS_PORT_NUMBER = 0;

/** A set of processors as a bit mask. */
export type KAFFINITY = number;

/** The result of code at PASSIVE_LEVEL: a value, or a generator that may block on the way to it. */
export type Passive<T> = T | Blocking<T>;

/** The address of an exported routine, as NdisGetRoutineAddress finds it. */
export type NdisRoutine = (...parameters: never[]) => unknown;

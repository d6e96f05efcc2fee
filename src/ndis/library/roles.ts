import type { Machine } from "../../machine/machine.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { Devices } from "../adapter/devices.ts";
import type { NdisRegistrationFunctions } from "../ddi/functions/registration.ts";
import type { LoadedImage } from "../driver/drivers.ts";
import { setOptionalHandlers } from "../driver/optional-handlers.ts";
import type { NdisEnvironment } from "../environment.ts";
import { bufferFunctions } from "../executive/buffer-allocation.ts";
import { deferredFunctions } from "../executive/deferred.ts";
import { memoryFunctions } from "../executive/memory.ts";
import { synchronizationFunctions } from "../executive/synchronization.ts";
import { sleepFunctions, timeFunctions } from "../executive/time.ts";
import { busDataFunctions } from "../hardware/bus-data.ts";
import { configurationFunctions } from "../hardware/configuration.ts";
import { hardwareFunctions } from "../hardware/hardware.ts";
import { interruptFunctions } from "../hardware/interrupts.ts";
import type { NetBufferCounts } from "../net-buffer/index.ts";
import type { OidRequests } from "../oid/oid-request.ts";
import { callManagerFunctions, miniportCallManagerFunctions } from "./call-management.ts";
import { clientFunctions, connectionFunctions } from "./client.ts";
import { coMiniportFunctions, coMiniportVcFunctions, miniportFunctions } from "./miniport.ts";
import { protocolFunctions } from "./protocol.ts";

/** What C code has without calling anybody: the memory that addresses point into. */
export interface MemoryAccess {
  readonly Memory: {
    /** Every byte up to the end of the machine's memory; an address is an index. */
    readonly bytes: Uint8Array;
    /** The same as little-endian 32-bit words (ULONG); index = address >> 2. */
    readonly words: Uint32Array;
    /** The same words signed (LONG): cheaper where the highest bit is a flag or never set. */
    readonly signedWords: Int32Array;
  };
}

/** What the libraries of all drivers of one machine share. */
export interface LibraryParts {
  readonly environment: NdisEnvironment;
  readonly devices: Devices;
  readonly oids: OidRequests;
  /** Adapters that are there. */
  readonly adapters: readonly MiniportAdapter[];
  readonly bufferCounts: NetBufferCounts;
}

function memoryAccess(machine: Machine): MemoryAccess {
  const { world, end } = machine.memory.window;
  const { buffer } = world.bytes;
  const Memory = {
    bytes: new Uint8Array(buffer, 0, end),
    words: new Uint32Array(buffer, 0, end >>> 2),
    signedWords: new Int32Array(buffer, 0, end >>> 2),
  };
  return { Memory };
}

function registrationFunctions(environment: NdisEnvironment, image: LoadedImage): NdisRegistrationFunctions {
  return {
    NdisSetOptionalHandlers: (handle, handlers) => setOptionalHandlers(environment, image, handle, handlers),
  };
}

function commonFunctions(parts: LibraryParts, image: LoadedImage) {
  const { environment, bufferCounts } = parts;
  const { holdings, name: owner } = image;
  return {
    ...registrationFunctions(environment, image),
    ...bufferFunctions(environment, owner, holdings, bufferCounts),
    ...memoryFunctions(environment, owner, holdings),
    ...synchronizationFunctions(environment, owner, holdings),
    ...deferredFunctions(environment, owner, holdings),
    ...configurationFunctions(environment, owner, holdings),
    ...memoryAccess(environment.machine),
  };
}

function anyMiniportFunctions(parts: LibraryParts, image: LoadedImage) {
  const { environment, oids } = parts;
  const { holdings, name: owner } = image;
  return {
    ...commonFunctions(parts, image),
    ...sleepFunctions(environment, owner),
    ...busDataFunctions(environment, owner),
    ...hardwareFunctions(environment, owner, holdings),
    ...interruptFunctions(environment, owner, holdings),
    ...miniportFunctions(parts, image),
    ...coMiniportFunctions(environment, owner, oids),
  };
}

function anyProtocolFunctions(parts: LibraryParts, image: LoadedImage) {
  const { environment, oids } = parts;
  return {
    ...commonFunctions(parts, image),
    ...protocolFunctions(parts, image),
    ...connectionFunctions(environment, image.name, oids),
  };
}

/** The library of a miniport call manager: what the linker binds its calls to. */
export function miniportCallManagerLibrary(parts: LibraryParts, image: LoadedImage) {
  const { environment, oids } = parts;
  const library = {
    ...anyMiniportFunctions(parts, image),
    ...miniportCallManagerFunctions(environment, image.name, oids),
  };
  return { ...library, ...timeFunctions(environment, image.name, () => image.library) };
}

/** The library of a connection-oriented miniport whose calls a stand-alone call manager manages. */
export function coMiniportLibrary(parts: LibraryParts, image: LoadedImage) {
  const { environment } = parts;
  const library = { ...anyMiniportFunctions(parts, image), ...coMiniportVcFunctions(environment, image.name) };
  return { ...library, ...timeFunctions(environment, image.name, () => image.library) };
}

/** The library of a connection-oriented client. */
export function clientLibrary(parts: LibraryParts, image: LoadedImage) {
  const { environment } = parts;
  const library = { ...anyProtocolFunctions(parts, image), ...clientFunctions(environment, image.name) };
  return { ...library, ...timeFunctions(environment, image.name, () => image.library) };
}

/** The library of a stand-alone call manager. */
export function callManagerLibrary(parts: LibraryParts, image: LoadedImage) {
  const { environment } = parts;
  const library = { ...anyProtocolFunctions(parts, image), ...callManagerFunctions(environment, image.name) };
  return { ...library, ...timeFunctions(environment, image.name, () => image.library) };
}

/** The library of a protocol driver that is a client of one address family and the call manager of another, as NDPROXY is (WAN-02). */
export function proxyLibrary(parts: LibraryParts, image: LoadedImage) {
  const { environment } = parts;
  const library = {
    ...anyProtocolFunctions(parts, image),
    ...clientFunctions(environment, image.name),
    ...callManagerFunctions(environment, image.name),
  };
  return { ...library, ...timeFunctions(environment, image.name, () => image.library) };
}

/** Every role that has a library. */
const ROLE_LIBRARIES = [miniportCallManagerLibrary, coMiniportLibrary, clientLibrary, callManagerLibrary, proxyLibrary];

/** The names of all functions that the library of some role has. @param image any; nothing of it is called. */
export function libraryFunctionNames(parts: LibraryParts, image: LoadedImage): ReadonlySet<string> {
  const names = new Set<string>();
  for (const library of ROLE_LIBRARIES) {
    for (const [name, value] of Object.entries(library(parts, image))) if (typeof value === "function") names.add(name);
  }
  return names;
}

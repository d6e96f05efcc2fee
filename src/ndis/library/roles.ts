import type { Machine } from "../../machine/machine.ts";
import { Binding } from "../binding/binding.ts";
import type { NdisBufferFunctions } from "../ddi/functions/buffers.ts";
import type { NdisRegistrationFunctions } from "../ddi/functions/registration.ts";
import { NDIS_STATUS_FAILURE } from "../ddi/status.ts";
import type { LoadedImage } from "../driver/drivers.ts";
import { MiniportDriver } from "../driver/drivers.ts";
import { setMiniportOptionalHandlers, setProtocolOptionalHandlers } from "../driver/optional-handlers.ts";
import { resolveDriver } from "../driver/registration.ts";
import type { NdisEnvironment } from "../environment.ts";
import { deferredFunctions } from "../executive/deferred.ts";
import { memoryFunctions } from "../executive/memory.ts";
import { synchronizationFunctions } from "../executive/synchronization.ts";
import { sleepFunctions, timeFunctions } from "../executive/time.ts";
import { busDataFunctions } from "../hardware/bus-data.ts";
import { configurationFunctions } from "../hardware/configuration.ts";
import { hardwareFunctions } from "../hardware/hardware.ts";
import { interruptFunctions } from "../hardware/interrupts.ts";
import type { OidRequests } from "../oid/oid-request.ts";
import { miniportCallManagerFunctions } from "./call-management.ts";
import { clientFunctions, connectionFunctions } from "./client.ts";
import { coMiniportFunctions, miniportFunctions } from "./miniport.ts";
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
  readonly oids: OidRequests;
  readonly buffers: NdisBufferFunctions;
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

function registrationFunctions(environment: NdisEnvironment, owner: string): NdisRegistrationFunctions {
  return {
    NdisSetOptionalHandlers: (handle, handlers) => {
      const object: unknown = handle;
      if (object instanceof Binding) return setProtocolOptionalHandlers(environment, object.protocol, handlers);
      const driver = resolveDriver(environment, handle as Parameters<typeof resolveDriver>[1], owner);
      if (driver === null) return NDIS_STATUS_FAILURE;
      return driver instanceof MiniportDriver
        ? setMiniportOptionalHandlers(environment, driver, handlers)
        : setProtocolOptionalHandlers(environment, driver, handlers);
    },
  };
}

function commonFunctions(parts: LibraryParts, image: LoadedImage) {
  const { environment, buffers } = parts;
  const { holdings, name: owner } = image;
  return {
    ...registrationFunctions(environment, owner),
    ...buffers,
    ...memoryFunctions(environment, owner, holdings),
    ...synchronizationFunctions(environment, owner, holdings),
    ...deferredFunctions(environment, owner, holdings),
    ...configurationFunctions(environment, owner, holdings),
    ...memoryAccess(environment.machine),
  };
}

/** The library of a miniport call manager: what the linker binds its calls to. */
export function miniportCallManagerLibrary(parts: LibraryParts, image: LoadedImage) {
  const { environment, oids } = parts;
  const { holdings, name: owner } = image;
  const library = {
    ...commonFunctions(parts, image),
    ...sleepFunctions(),
    ...busDataFunctions(environment, owner),
    ...hardwareFunctions(environment, owner, holdings),
    ...interruptFunctions(environment, owner, holdings),
    ...miniportFunctions(environment, image, oids),
    ...coMiniportFunctions(environment, owner, oids),
    ...miniportCallManagerFunctions(environment, owner, oids),
  };
  return { ...library, ...timeFunctions(environment, owner, () => library) };
}

/** The library of a connection-oriented client. */
export function clientLibrary(parts: LibraryParts, image: LoadedImage) {
  const { environment, oids } = parts;
  const owner = image.name;
  const library = {
    ...commonFunctions(parts, image),
    ...protocolFunctions(environment, image, oids),
    ...clientFunctions(environment, owner),
    ...connectionFunctions(environment, owner, oids),
  };
  return { ...library, ...timeFunctions(environment, owner, () => library) };
}

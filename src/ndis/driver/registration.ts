import type { SET_OPTIONS } from "../ddi/handlers/registration.ts";
import type {
  NDIS_CONTEXT,
  NdisDriverHandle,
  NdisMiniportDriverHandle,
  NdisProtocolDriverHandle,
  OutParameter,
} from "../ddi/handles.ts";
import { toHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import {
  NDIS_STATUS_BAD_CHARACTERISTICS,
  NDIS_STATUS_BAD_VERSION,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from "../ddi/status.ts";
import {
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
} from "../ddi/structures/driver-characteristics.ts";
import type { NDIS_OBJECT_HEADER } from "../ddi/structures/object-header.ts";
import { objectHeaderFault } from "../ddi/structures/object-header.ts";
import type { NdisEnvironment } from "../environment.ts";
import { allocationFails } from "../executive/holdings.ts";
import { observeHandlers } from "../observe.ts";
import type { LoadedImage } from "./drivers.ts";
import { MiniportDriver, ProtocolDriver } from "./drivers.ts";
import { copyEntryPoints } from "./entry-points.ts";
import { lacksVcHandlers } from "./optional-handlers.ts";

const REQUIRED_MINIPORT_HANDLERS = [
  "InitializeHandlerEx",
  "HaltHandlerEx",
  "UnloadHandler",
  "PauseHandler",
  "RestartHandler",
  "OidRequestHandler",
  "ReturnNetBufferListsHandler",
  "DevicePnPEventNotifyHandler",
  "ShutdownHandlerEx",
  "CancelOidRequestHandler",
] as const satisfies readonly (keyof NDIS_MINIPORT_DRIVER_CHARACTERISTICS)[];

const REQUIRED_PROTOCOL_HANDLERS = [
  "BindAdapterHandlerEx",
  "UnbindAdapterHandlerEx",
  "OpenAdapterCompleteHandlerEx",
  "CloseAdapterCompleteHandlerEx",
  "NetPnPEventHandler",
  "OidRequestCompleteHandler",
  "StatusHandlerEx",
] as const satisfies readonly (keyof NDIS_PROTOCOL_DRIVER_CHARACTERISTICS)[];

/** NDIS versions that this core takes for miniports (REG-08) and protocols, up to the version that it is itself. */
const OLDEST_MINIPORT_MAJOR = 5;
const OLDEST_PROTOCOL_MAJOR = 6;
const OWN_NDIS_MAJOR = 6;
const OWN_NDIS_MINOR = 89;

/** The NDIS 6 minor version that brought revision 1, 2, … of a characteristics structure. */
const MINIPORT_REVISIONS_SINCE = [0, 1, 80];
const PROTOCOL_REVISIONS_SINCE = [0, 1];

/** Members that are read from that revision on. */
const MEMBERS_SINCE_REVISION: ReadonlyMap<string, number> = new Map([
  ["DirectOidRequestHandler", 2],
  ["CancelDirectOidRequestHandler", 2],
  ["SynchronousOidRequestHandler", 3],
  ["DirectOidRequestCompleteHandler", 2],
]);

interface Characteristics {
  readonly Header: NDIS_OBJECT_HEADER;
  readonly MajorNdisVersion: number;
  readonly MinorNdisVersion: number;
}

function versionIsKnown(
  { MajorNdisVersion: major, MinorNdisVersion: minor }: Characteristics,
  oldest: number,
): boolean {
  if (typeof major !== "number" || typeof minor !== "number" || major < oldest || major > OWN_NDIS_MAJOR) return false;
  return major === OWN_NDIS_MAJOR ? minor >= 0 && minor <= OWN_NDIS_MINOR : minor === 0 || minor === 1;
}

/** Whether the header announces a revision, and by that a length, that the declared NDIS version does not have yet (REG-29). */
function isTooNew({ Header, MajorNdisVersion, MinorNdisVersion }: Characteristics, since: readonly number[]): boolean {
  return MajorNdisVersion === OWN_NDIS_MAJOR && MinorNdisVersion < (since[Header.Revision - 1] ?? 0);
}

/** Both registrations are given a structure and a place for a handle, and both can be wrong as C pointers can. */
function arePointers(
  environment: NdisEnvironment,
  owner: string,
  characteristics: Characteristics | null,
  out: object | null,
): boolean {
  const hasHeader = typeof characteristics?.Header === "object" && characteristics.Header !== null;
  if (hasHeader && typeof out === "object" && out !== null) return true;
  environment.misuse("NullCheck", owner, "the characteristics or the handle's place are NULL");
  return false;
}

function readCharacteristics<T extends Characteristics>(given: T, empty: T): T | null {
  const { Revision } = given.Header;
  return copyEntryPoints(given, empty, (member) => (MEMBERS_SINCE_REVISION.get(member) ?? 1) <= Revision);
}

/**
 * NdisMRegisterMiniportDriver: copies the characteristics (REG-28) and runs MiniportSetOptions before it returns (REG-26). SUCCESS,
 * BAD_CHARACTERISTICS, BAD_VERSION, RESOURCES or FAILURE (REG-29). A miniport of NDIS 5 registers as well, but sets no optional
 * handlers (REG-20).
 */
export function registerMiniportDriver(
  environment: NdisEnvironment,
  image: LoadedImage,
  MiniportDriverContext: NDIS_CONTEXT,
  characteristics: NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  NdisMiniportDriverHandle: OutParameter<NdisMiniportDriverHandle>,
): NDIS_STATUS_FINAL {
  if (!arePointers(environment, image.name, characteristics, NdisMiniportDriverHandle))
    return NDIS_STATUS_BAD_CHARACTERISTICS;
  if (!versionIsKnown(characteristics, OLDEST_MINIPORT_MAJOR)) return NDIS_STATUS_BAD_VERSION;
  if (
    objectHeaderFault(characteristics.Header, "NDIS_MINIPORT_DRIVER_CHARACTERISTICS") !== null ||
    isTooNew(characteristics, MINIPORT_REVISIONS_SINCE) ||
    REQUIRED_MINIPORT_HANDLERS.some((member) => typeof characteristics[member] !== "function")
  )
    return NDIS_STATUS_BAD_CHARACTERISTICS;
  const given = readCharacteristics(characteristics, NDIS_MINIPORT_DRIVER_CHARACTERISTICS());
  if (given === null) return NDIS_STATUS_BAD_CHARACTERISTICS;
  if (image.miniport !== null) return NDIS_STATUS_FAILURE;
  if (allocationFails(environment)) return NDIS_STATUS_RESOURCES;
  const names = { SetOptionsHandler: "MiniportSetOptions" };
  const copy = observeHandlers(environment, image.name, given, names);
  const driver = new MiniportDriver(image.name, image.driverObject, MiniportDriverContext, copy);
  image.miniport = driver;
  image.driverObject.DriverUnload = copy.UnloadHandler;
  let status = setOptions(environment, image, driver, copy.SetOptionsHandler);
  if (status === NDIS_STATUS_SUCCESS && lacksVcHandlers(driver)) {
    environment.misuse("REG-04", image.name, "a CO miniport that manages no calls has all four VC handlers");
    status = NDIS_STATUS_BAD_CHARACTERISTICS;
  }
  if (status !== NDIS_STATUS_SUCCESS) {
    driver.registered = false;
    image.miniport = null;
    image.driverObject.DriverUnload = null;
    return registrationStatus(status, copy.MajorNdisVersion);
  }
  NdisMiniportDriverHandle.Value = toHandle<NdisMiniportDriverHandle>(driver);
  return NDIS_STATUS_SUCCESS;
}

/** Registration has five statuses; what else SetOptions ended with is a FAILURE, or the fault of a version that NDIS 6 does not serve. */
function registrationStatus(status: NDIS_STATUS_FINAL, majorVersion: number): NDIS_STATUS_FINAL {
  switch (status) {
    case NDIS_STATUS_BAD_CHARACTERISTICS:
    case NDIS_STATUS_BAD_VERSION:
    case NDIS_STATUS_RESOURCES:
      return status;
    default:
      return majorVersion < OWN_NDIS_MAJOR ? NDIS_STATUS_BAD_VERSION : NDIS_STATUS_FAILURE;
  }
}

/** Runs MiniportSetOptions or ProtocolSetOptions. A driver that fails it has undone what it allocated there (REG-27). */
function setOptions(
  environment: NdisEnvironment,
  image: LoadedImage,
  driver: MiniportDriver | ProtocolDriver,
  handler: SET_OPTIONS | null,
): NDIS_STATUS_FINAL {
  if (typeof handler !== "function") return NDIS_STATUS_SUCCESS;
  const heldBefore = image.holdings.count;
  driver.settingOptions = true;
  const status = handler(toHandle<NdisDriverHandle>(driver), driver.context);
  driver.settingOptions = false;
  const left = image.holdings.count - heldBefore;
  if (status !== NDIS_STATUS_SUCCESS && left > 0)
    environment.misuse("REG-27", image.name, `SetOptions failed and left ${left} of its allocations behind`);
  return status;
}

/**
 * NdisRegisterProtocolDriver: runs ProtocolSetOptions before it returns (REG-26), with the driver's handle in place already (REG-32).
 * Binding starts when DriverEntry is through. Statuses as for miniports.
 */
export function registerProtocolDriver(
  environment: NdisEnvironment,
  image: LoadedImage,
  ProtocolDriverContext: NDIS_CONTEXT,
  characteristics: NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
  NdisProtocolHandle: OutParameter<NdisProtocolDriverHandle>,
): NDIS_STATUS_FINAL {
  if (!arePointers(environment, image.name, characteristics, NdisProtocolHandle))
    return NDIS_STATUS_BAD_CHARACTERISTICS;
  if (!versionIsKnown(characteristics, OLDEST_PROTOCOL_MAJOR)) return NDIS_STATUS_BAD_VERSION;
  if (
    objectHeaderFault(characteristics.Header, "NDIS_PROTOCOL_DRIVER_CHARACTERISTICS") !== null ||
    isTooNew(characteristics, PROTOCOL_REVISIONS_SINCE) ||
    REQUIRED_PROTOCOL_HANDLERS.some((member) => typeof characteristics[member] !== "function")
  )
    return NDIS_STATUS_BAD_CHARACTERISTICS;
  const given = readCharacteristics(characteristics, NDIS_PROTOCOL_DRIVER_CHARACTERISTICS());
  if (given === null) return NDIS_STATUS_BAD_CHARACTERISTICS;
  if (image.protocol !== null) return NDIS_STATUS_FAILURE;
  if (allocationFails(environment)) return NDIS_STATUS_RESOURCES;
  const names = { SetOptionsHandler: "ProtocolSetOptions" };
  const copy = observeHandlers(environment, image.name, given, names);
  const driver = new ProtocolDriver(image.name, ProtocolDriverContext, copy);
  image.protocol = driver;
  NdisProtocolHandle.Value = toHandle<NdisProtocolDriverHandle>(driver);
  const status = setOptions(environment, image, driver, copy.SetOptionsHandler);
  if (status !== NDIS_STATUS_SUCCESS) {
    driver.registered = false;
    image.protocol = null;
    NdisProtocolHandle.Value = null;
    return registrationStatus(status, copy.MajorNdisVersion);
  }
  return status;
}

/** The caller's own driver when a handle names it, or null (and a violation). */
export function resolveDriver(
  environment: NdisEnvironment,
  handle: NdisDriverHandle,
  { name, miniport, protocol }: LoadedImage,
): MiniportDriver | ProtocolDriver | null {
  const object: unknown = handle;
  if (miniport !== null && object === miniport && miniport.registered) return miniport;
  if (protocol !== null && object === protocol && protocol.registered) return protocol;
  environment.misuse("REG-24", name, "NdisHandle is not the handle of this driver while it is registered");
  return null;
}

import { MiniportAdapter } from "../adapter/adapter.ts";
import { Binding } from "../binding/binding.ts";
import * as types from "../ddi/constants/object-types.ts";
import { SIZEOF_NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS } from "../ddi/constants/structure-sizes.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from "../ddi/status.ts";
import { objectHeaderFault } from "../ddi/structures/object-header.ts";
import type { NDIS_DRIVER_OPTIONAL_HANDLERS } from "../ddi/structures/optional-handlers.ts";
import * as structures from "../ddi/structures/optional-handlers.ts";
import type { NdisEnvironment } from "../environment.ts";
import { allocationFails } from "../executive/holdings.ts";
import { observeHandlers } from "../observe.ts";
import type { LoadedImage, ProtocolDriver, ProtocolTables } from "./drivers.ts";
import { MiniportDriver } from "./drivers.ts";
import { copyEntryPoints, handlerMembers } from "./entry-points.ts";
import { OPTIONAL_STRUCTURES } from "./optional-structures.ts";

const NDIS_6 = 6;

/** A registration call: whose library it came through. */
interface Caller {
  readonly environment: NdisEnvironment;
  readonly image: LoadedImage;
}

/**
 * NdisSetOptionalHandlers (REG-20): SUCCESS when the entry points are in force, RESOURCES on a shortage, NOT_SUPPORTED for a miniport that
 * declared less than NDIS 6.0, FAILURE for the rest: a structure that this driver may not pass (REG-21, REG-22, REG-23), a header that
 * does not fit (REG-19), a handle that is none. Chimney offload and NDK providers are not part of this core, and are FAILURE as well.
 *
 * Takes the driver handle while SetOptions runs, or from a protocol the handle of an open binding, and then for that binding alone
 * (REG-24, REG-25). What is set again replaces the entry points from the next call of them on (REG-33).
 */
export function setOptionalHandlers(
  environment: NdisEnvironment,
  image: LoadedImage,
  handle: unknown,
  handlers: NDIS_DRIVER_OPTIONAL_HANDLERS | null,
): NDIS_STATUS_FINAL {
  const caller: Caller = { environment, image };
  if (typeof handlers !== "object" || typeof handlers?.Header !== "object" || handlers.Header === null) {
    environment.misuse("NullCheck", image.name, "OptionalHandlers points to no structure with a header");
    return NDIS_STATUS_FAILURE;
  }
  if (handle instanceof Binding) return setForBinding(caller, handle, handlers);
  const driver = driverBehind(caller, handle);
  if (driver === null) return NDIS_STATUS_FAILURE;
  if (driver instanceof MiniportDriver && driver.characteristics.MajorNdisVersion < NDIS_6)
    return NDIS_STATUS_NOT_SUPPORTED;
  if (!inSetOptions(caller, driver, handlers.Header.Type)) return NDIS_STATUS_FAILURE;
  return driver instanceof MiniportDriver
    ? setForMiniport(caller, driver, handlers)
    : setForProtocol(caller, driver, handlers);
}

/** The caller's own driver, when the handle names it (REG-24, REG-25). */
function driverBehind({ environment, image }: Caller, handle: unknown): MiniportDriver | ProtocolDriver | null {
  const own = image.miniport ?? image.protocol;
  if (own !== null && handle === own && own.registered) return own;
  if (handle instanceof MiniportAdapter)
    environment.misuse("REG-25", image.name, "an adapter handle sets no optional handlers: pass the driver handle");
  else environment.misuse("REG-24", image.name, "NdisHandle is not the handle of this driver while it is registered");
  return null;
}

/** Outside of SetOptions a driver handle sets nothing. The rule says which call should have been made there. */
function inSetOptions(
  { environment, image }: Caller,
  driver: MiniportDriver | ProtocolDriver,
  structureType: number,
): boolean {
  if (driver.settingOptions) return true;
  let rule = "REG-24";
  if (driver instanceof MiniportDriver)
    rule = structureType === types.NDIS_OBJECT_TYPE_CO_CALL_MANAGER_OPTIONAL_HANDLERS ? "REG-05" : "REG-04";
  environment.misuse(rule, image.name, "the driver handle sets optional handlers only while SetOptions runs");
  return false;
}

function setForBinding(caller: Caller, binding: Binding, handlers: NDIS_DRIVER_OPTIONAL_HANDLERS): NDIS_STATUS_FINAL {
  const { environment, image } = caller;
  if (binding.environment !== environment || !binding.isOpen || binding.protocol !== image.protocol) {
    environment.misuse("REG-24", image.name, "NdisHandle is not the handle of an open binding of this driver");
    return NDIS_STATUS_FAILURE;
  }
  return setForProtocol(caller, binding, handlers);
}

/** Puts the entry points into the table that is there, which others may hold already, or makes it the table. */
function replaced<T extends object>(current: T | null, next: object): T {
  return current === null ? (next as T) : Object.assign(current, next);
}

function setForMiniport(
  caller: Caller,
  driver: MiniportDriver,
  handlers: NDIS_DRIVER_OPTIONAL_HANDLERS,
): NDIS_STATUS_FINAL {
  const { environment, image } = caller;
  const { Type } = handlers.Header;
  const structure = OPTIONAL_STRUCTURES.get(Type);
  if (structure === undefined || !structure.fromMiniport || !structure.modelled) return NDIS_STATUS_FAILURE;
  const { MajorNdisVersion, MinorNdisVersion } = driver.characteristics;
  if (MajorNdisVersion === NDIS_6 && MinorNdisVersion < structure.minorVersion) return NDIS_STATUS_FAILURE;
  const copy = copyOf(caller, handlers);
  if (copy === null) return NDIS_STATUS_FAILURE;
  if (allocationFails(environment)) return NDIS_STATUS_RESOURCES;
  if (!separateOidRoutines(caller, driver, handlers)) return NDIS_STATUS_FAILURE;
  const observed = observeHandlers(environment, image.name, copy);
  switch (Type) {
    case types.NDIS_OBJECT_TYPE_CO_MINIPORT_CHARACTERISTICS:
      driver.co = replaced(driver.co, observed);
      break;
    case types.NDIS_OBJECT_TYPE_CO_CALL_MANAGER_OPTIONAL_HANDLERS:
      driver.callManager = replaced(driver.callManager, observed);
      break;
    case types.NDIS_OBJECT_TYPE_MINIPORT_PNP_CHARACTERISTICS:
      driver.pnp = replaced(driver.pnp, observed);
      break;
    case types.NDIS_OBJECT_TYPE_MINIPORT_SS_CHARACTERISTICS:
      driver.selectiveSuspend = replaced(driver.selectiveSuspend, observed);
      break;
    default:
      driver.sharedMemoryProvider = replaced(driver.sharedMemoryProvider, observed);
  }
  return NDIS_STATUS_SUCCESS;
}

/** @param target the driver, whose tables later bindings start with, or one binding. */
function setForProtocol(
  caller: Caller,
  target: ProtocolTables,
  handlers: NDIS_DRIVER_OPTIONAL_HANDLERS,
): NDIS_STATUS_FINAL {
  const { environment, image } = caller;
  const { Type } = handlers.Header;
  const structure = OPTIONAL_STRUCTURES.get(Type);
  if (structure === undefined || !structure.fromProtocol || !structure.modelled) return NDIS_STATUS_FAILURE;
  const copy = copyOf(caller, handlers);
  if (copy === null) return NDIS_STATUS_FAILURE;
  if (allocationFails(environment)) return NDIS_STATUS_RESOURCES;
  const observed = observeHandlers(environment, image.name, copy);
  switch (Type) {
    case types.NDIS_OBJECT_TYPE_CO_PROTOCOL_CHARACTERISTICS:
      target.co = replaced(target.co, observed);
      break;
    case types.NDIS_OBJECT_TYPE_CO_CLIENT_OPTIONAL_HANDLERS:
      target.client = replaced(target.client, observed);
      break;
    case types.NDIS_OBJECT_TYPE_CO_CALL_MANAGER_OPTIONAL_HANDLERS:
      target.callManager = replaced(target.callManager, observed);
      break;
    default:
      target.sharedMemoryProvider = replaced(target.sharedMemoryProvider, observed);
  }
  return NDIS_STATUS_SUCCESS;
}

/** REG-16: ProtocolCoOidRequest and MiniportCoOidRequest of an MCM are two routines. */
function separateOidRoutines(
  { environment }: Caller,
  driver: MiniportDriver,
  handlers: NDIS_DRIVER_OPTIONAL_HANDLERS,
): boolean {
  const co = "CoOidRequestHandler" in handlers ? handlers.CoOidRequestHandler : null;
  const cm = "CmOidRequestHandler" in handlers ? handlers.CmOidRequestHandler : null;
  const coRoutine = co ?? driver.coOidRoutine;
  const cmRoutine = cm ?? driver.cmOidRoutine;
  if (coRoutine !== null && coRoutine === cmRoutine) {
    environment.misuse("REG-16", driver.name, "one routine serves as CmOidRequestHandler and as CoOidRequestHandler");
    return false;
  }
  driver.coOidRoutine = coRoutine;
  driver.cmOidRoutine = cmRoutine;
  return true;
}

/** A copy of a structure whose header fits and whose required entry points are there; null when it is not so. */
function copyOf(caller: Caller, handlers: NDIS_DRIVER_OPTIONAL_HANDLERS): NDIS_DRIVER_OPTIONAL_HANDLERS | null {
  switch (handlers.Header.Type) {
    case types.NDIS_OBJECT_TYPE_CO_CALL_MANAGER_OPTIONAL_HANDLERS:
      return callManagerHandlers(caller, handlers);
    case types.NDIS_OBJECT_TYPE_CO_CLIENT_OPTIONAL_HANDLERS:
      if (objectHeaderFault(handlers.Header, "NDIS_CO_CLIENT_OPTIONAL_HANDLERS") !== null) return null;
      return complete(caller, handlers, structures.NDIS_CO_CLIENT_OPTIONAL_HANDLERS(), () => "REG-10");
    case types.NDIS_OBJECT_TYPE_CO_PROTOCOL_CHARACTERISTICS:
      if (objectHeaderFault(handlers.Header, "NDIS_PROTOCOL_CO_CHARACTERISTICS") !== null) return null;
      return complete(caller, handlers, structures.NDIS_PROTOCOL_CO_CHARACTERISTICS(), (member) =>
        protocolCoRule(caller.image, member),
      );
    case types.NDIS_OBJECT_TYPE_CO_MINIPORT_CHARACTERISTICS:
      return coMiniportHandlers(caller, handlers);
    case types.NDIS_OBJECT_TYPE_MINIPORT_PNP_CHARACTERISTICS:
      if (objectHeaderFault(handlers.Header, "NDIS_MINIPORT_PNP_CHARACTERISTICS") !== null) return null;
      return copyEntryPoints(handlers, structures.NDIS_MINIPORT_PNP_CHARACTERISTICS());
    case types.NDIS_OBJECT_TYPE_MINIPORT_SS_CHARACTERISTICS:
      if (objectHeaderFault(handlers.Header, "NDIS_MINIPORT_SS_CHARACTERISTICS") !== null) return null;
      return copyEntryPoints(handlers, structures.NDIS_MINIPORT_SS_CHARACTERISTICS());
    default:
      if (objectHeaderFault(handlers.Header, "NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS") !== null) return null;
      return copyEntryPoints(handlers, structures.NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS());
  }
}

/** A call manager has a ProtocolCoAfRegisterNotify, too (AF-14); the rest a protocol registers as what it is. */
function protocolCoRule(image: LoadedImage, member: string): string {
  if (!image.roles.includes("call manager")) return "REG-06";
  return member === "CoAfRegisterNotifyHandler" ? "AF-14" : "REG-07";
}

/**
 * The revision-1 size may end before CmNotifyCloseAfCompleteHandler (conflict X-10). The handler is not read then, and what would be
 * notified is not.
 */
function callManagerHandlers(
  caller: Caller,
  handlers: NDIS_DRIVER_OPTIONAL_HANDLERS,
): NDIS_DRIVER_OPTIONAL_HANDLERS | null {
  const structure = "NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS";
  if (objectHeaderFault(handlers.Header, structure) !== null) return null;
  const isWhole = handlers.Header.Size >= SIZEOF_NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS;
  const given = isWhole ? handlers : { ...handlers, CmNotifyCloseAfCompleteHandler: () => {} };
  const isMcm = caller.image.roles.includes("mcm");
  const ruleOf = (member: string): string => (isMcm ? MCM_MEMBER_RULES.get(member) : undefined) ?? "REG-09";
  return complete(caller, given, structures.NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS(), ruleOf);
}

/** Members of the call-manager handlers of which an MCM might think that it does not need them. */
const MCM_MEMBER_RULES: ReadonlyMap<string, string> = new Map([
  ["CmActivateVcCompleteHandler", "REG-11"],
  ["CmDeactivateVcCompleteHandler", "REG-11"],
  ["CmCreateVcHandler", "REG-12"],
  ["CmDeleteVcHandler", "REG-12"],
  ["CmOidRequestHandler", "REG-17"],
  ["CmOidRequestCompleteHandler", "REG-17"],
]);

/** Every CO miniport sends and answers OIDs (MCM-05). The VC handlers are a matter of {@link lacksVcHandlers}. */
function coMiniportHandlers(
  { environment, image }: Caller,
  handlers: NDIS_DRIVER_OPTIONAL_HANDLERS,
): NDIS_DRIVER_OPTIONAL_HANDLERS | null {
  if (objectHeaderFault(handlers.Header, "NDIS_MINIPORT_CO_CHARACTERISTICS") !== null) return null;
  const co = handlers as structures.NDIS_MINIPORT_CO_CHARACTERISTICS;
  if (typeof co.CoSendNetBufferListsHandler === "function" && typeof co.CoOidRequestHandler === "function")
    return copyEntryPoints(co, structures.NDIS_MINIPORT_CO_CHARACTERISTICS());
  const rule = image.roles.includes("mcm") ? "MCM-05" : "REG-04";
  environment.misuse(rule, image.name, "MiniportCoSendNetBufferLists and MiniportCoOidRequest are required");
  return null;
}

/**
 * Whether a CO miniport has neither call-manager handlers nor all VC handlers. An MCM does without the latter (MCM-04), and sets its two
 * structures in any order, so this is asked when MiniportSetOptions has returned.
 */
export function lacksVcHandlers(driver: MiniportDriver): boolean {
  const { co, callManager } = driver;
  if (co === null || callManager !== null) return false;
  const { CoCreateVcHandler, CoDeleteVcHandler, CoActivateVcHandler, CoDeactivateVcHandler } = co;
  return [CoCreateVcHandler, CoDeleteVcHandler, CoActivateVcHandler, CoDeactivateVcHandler].includes(null);
}

/** @param empty the structure as its factory makes it: it says which members there are. */
function complete(
  { environment, image }: Caller,
  handlers: NDIS_DRIVER_OPTIONAL_HANDLERS,
  empty: NDIS_DRIVER_OPTIONAL_HANDLERS,
  ruleOf: (member: string) => string,
): NDIS_DRIVER_OPTIONAL_HANDLERS | null {
  for (const member of handlerMembers(empty)) {
    if (typeof (handlers as unknown as Record<string, unknown>)[member] === "function") continue;
    environment.misuse(ruleOf(member), image.name, `${member} is NULL`);
    return null;
  }
  return { ...handlers };
}

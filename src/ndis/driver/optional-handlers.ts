import * as types from "../ddi/constants/object-types.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_NOT_SUPPORTED, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { ObjectStructureName } from "../ddi/structures/object-header.ts";
import { objectHeaderFault } from "../ddi/structures/object-header.ts";
import type {
  NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
  NDIS_CO_CLIENT_OPTIONAL_HANDLERS,
  NDIS_DRIVER_OPTIONAL_HANDLERS,
  NDIS_MINIPORT_CO_CHARACTERISTICS,
  NDIS_PROTOCOL_CO_CHARACTERISTICS,
} from "../ddi/structures/optional-handlers.ts";
import type { NdisEnvironment } from "../environment.ts";
import { observeHandlers } from "../observe.ts";
import type { Complete, MiniportDriver, ProtocolDriver } from "./drivers.ts";

const NDIS_6 = 6;

/** NdisSetOptionalHandlers for a miniport (REG-20, REG-22): CO characteristics, and call-manager handlers for an MCM. */
export function setMiniportOptionalHandlers(
  environment: NdisEnvironment,
  driver: MiniportDriver,
  handlers: NDIS_DRIVER_OPTIONAL_HANDLERS,
): NDIS_STATUS_FINAL {
  if (driver.characteristics.MajorNdisVersion < NDIS_6) return NDIS_STATUS_NOT_SUPPORTED;
  const { Type } = handlers.Header;
  if (Type === types.NDIS_OBJECT_TYPE_CO_MINIPORT_CHARACTERISTICS) {
    if (objectHeaderFault(handlers.Header, "NDIS_MINIPORT_CO_CHARACTERISTICS") !== null) return NDIS_STATUS_FAILURE;
    const co = handlers as NDIS_MINIPORT_CO_CHARACTERISTICS;
    if (co.CoSendNetBufferListsHandler === null || co.CoOidRequestHandler === null) {
      environment.misuse("MCM-05", driver.name, "MiniportCoSendNetBufferLists and MiniportCoOidRequest are required");
      return NDIS_STATUS_FAILURE;
    }
    driver.co = observeHandlers(environment, driver.name, { ...co });
    return separateOidHandlers(environment, driver, co.CoOidRequestHandler, null);
  }
  if (Type === types.NDIS_OBJECT_TYPE_CO_CALL_MANAGER_OPTIONAL_HANDLERS) {
    const callManager = handlers as NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS;
    const complete = requireAll(
      environment,
      driver.name,
      callManager,
      "NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS",
      "REG-09",
    );
    if (complete === null) return NDIS_STATUS_FAILURE;
    driver.callManager = observeHandlers(environment, driver.name, complete);
    return separateOidHandlers(environment, driver, null, callManager.CmOidRequestHandler);
  }
  return NDIS_STATUS_FAILURE;
}

/** REG-16: ProtocolCoOidRequest and MiniportCoOidRequest of an MCM are two routines. */
function separateOidHandlers(
  environment: NdisEnvironment,
  driver: MiniportDriver,
  coHandler: object | null,
  cmHandler: object | null,
): NDIS_STATUS_FINAL {
  driver.coOidRoutine = coHandler ?? driver.coOidRoutine;
  driver.cmOidRoutine = cmHandler ?? driver.cmOidRoutine;
  if (driver.coOidRoutine !== null && driver.coOidRoutine === driver.cmOidRoutine) {
    environment.misuse("REG-16", driver.name, "one routine serves as CmOidRequestHandler and as CoOidRequestHandler");
    return NDIS_STATUS_FAILURE;
  }
  return NDIS_STATUS_SUCCESS;
}

/** NdisSetOptionalHandlers for a protocol (REG-20, REG-21): CO characteristics and client handlers. */
export function setProtocolOptionalHandlers(
  environment: NdisEnvironment,
  driver: ProtocolDriver,
  handlers: NDIS_DRIVER_OPTIONAL_HANDLERS,
): NDIS_STATUS_FINAL {
  const { Type } = handlers.Header;
  if (Type === types.NDIS_OBJECT_TYPE_CO_PROTOCOL_CHARACTERISTICS) {
    const complete = requireAll(
      environment,
      driver.name,
      handlers as NDIS_PROTOCOL_CO_CHARACTERISTICS,
      "NDIS_PROTOCOL_CO_CHARACTERISTICS",
      "REG-06",
    );
    if (complete === null) return NDIS_STATUS_FAILURE;
    driver.co = observeHandlers(environment, driver.name, complete);
    return NDIS_STATUS_SUCCESS;
  }
  if (Type === types.NDIS_OBJECT_TYPE_CO_CLIENT_OPTIONAL_HANDLERS) {
    const complete = requireAll(
      environment,
      driver.name,
      handlers as NDIS_CO_CLIENT_OPTIONAL_HANDLERS,
      "NDIS_CO_CLIENT_OPTIONAL_HANDLERS",
      "REG-10",
    );
    if (complete === null) return NDIS_STATUS_FAILURE;
    driver.client = observeHandlers(environment, driver.name, complete);
    return NDIS_STATUS_SUCCESS;
  }
  if (Type === types.NDIS_OBJECT_TYPE_CO_CALL_MANAGER_OPTIONAL_HANDLERS) {
    const complete = requireAll(
      environment,
      driver.name,
      handlers as NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
      "NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS",
      "REG-09",
    );
    if (complete === null) return NDIS_STATUS_FAILURE;
    driver.callManager = observeHandlers(environment, driver.name, complete);
    return NDIS_STATUS_SUCCESS;
  }
  return NDIS_STATUS_FAILURE;
}

/** A copy of a structure whose header is right and whose every handler is there, or null. */
function requireAll<T extends NDIS_DRIVER_OPTIONAL_HANDLERS>(
  environment: NdisEnvironment,
  owner: string,
  handlers: T,
  structure: ObjectStructureName,
  rule: string,
): Complete<T> | null {
  if (objectHeaderFault(handlers.Header, structure) !== null) return null;
  for (const [member, value] of Object.entries(handlers)) {
    if (value !== null) continue;
    environment.misuse(rule, owner, `${structure}.${member} is NULL`);
    return null;
  }
  return { ...handlers } as Complete<T>;
}

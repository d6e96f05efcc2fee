import type {
  NDIS_CONTEXT,
  NdisDriverHandle,
  NdisMiniportDriverHandle,
  NdisProtocolDriverHandle,
  OutParameter,
} from "../ddi/handles.ts";
import { toHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_BAD_CHARACTERISTICS, NDIS_STATUS_BAD_VERSION, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type {
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
} from "../ddi/structures/driver-characteristics.ts";
import { objectHeaderFault } from "../ddi/structures/object-header.ts";
import type { NdisEnvironment } from "../environment.ts";
import { observeHandlers } from "../observe.ts";
import type { LoadedImage } from "./drivers.ts";
import { MiniportDriver, ProtocolDriver } from "./drivers.ts";

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

/** NDIS versions that this core takes: 6.0 up to the version that it is itself. */
const OLDEST_NDIS_MAJOR = 6;
const OWN_NDIS_MAJOR = 6;
const OWN_NDIS_MINOR = 89;

function versionIsKnown(characteristics: {
  readonly MajorNdisVersion: number;
  readonly MinorNdisVersion: number;
}): boolean {
  const { MajorNdisVersion: major, MinorNdisVersion: minor } = characteristics;
  return (
    major >= OLDEST_NDIS_MAJOR && (major < OWN_NDIS_MAJOR || (major === OWN_NDIS_MAJOR && minor <= OWN_NDIS_MINOR))
  );
}

/** NdisMRegisterMiniportDriver: copies the characteristics (REG-28) and runs MiniportSetOptions before it returns (REG-26). */
export function registerMiniportDriver(
  environment: NdisEnvironment,
  image: LoadedImage,
  MiniportDriverContext: NDIS_CONTEXT,
  characteristics: NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  NdisMiniportDriverHandle: OutParameter<NdisMiniportDriverHandle>,
): NDIS_STATUS_FINAL {
  if (!versionIsKnown(characteristics)) return NDIS_STATUS_BAD_VERSION;
  if (objectHeaderFault(characteristics.Header, "NDIS_MINIPORT_DRIVER_CHARACTERISTICS") !== null)
    return NDIS_STATUS_BAD_CHARACTERISTICS;
  if (REQUIRED_MINIPORT_HANDLERS.some((member) => characteristics[member] === null))
    return NDIS_STATUS_BAD_CHARACTERISTICS;
  const copy = observeHandlers(
    environment,
    image.name,
    { ...characteristics },
    { SetOptionsHandler: "MiniportSetOptions" },
  );
  const driver = new MiniportDriver(image.name, image.driverObject, MiniportDriverContext, copy);
  image.miniport = driver;
  image.driverObject.DriverUnload = copy.UnloadHandler;
  const handle = toHandle<NdisMiniportDriverHandle>(driver);
  const status =
    copy.SetOptionsHandler === null ? NDIS_STATUS_SUCCESS : copy.SetOptionsHandler(handle, MiniportDriverContext);
  if (status !== NDIS_STATUS_SUCCESS) {
    driver.registered = false;
    image.miniport = null;
    return status;
  }
  NdisMiniportDriverHandle.Value = handle;
  return NDIS_STATUS_SUCCESS;
}

/** NdisRegisterProtocolDriver: runs ProtocolSetOptions before it returns (REG-26). Binding starts when the caller lets NDIS look for adapters. */
export function registerProtocolDriver(
  environment: NdisEnvironment,
  image: LoadedImage,
  ProtocolDriverContext: NDIS_CONTEXT,
  characteristics: NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
  NdisProtocolHandle: OutParameter<NdisProtocolDriverHandle>,
): NDIS_STATUS_FINAL {
  if (!versionIsKnown(characteristics)) return NDIS_STATUS_BAD_VERSION;
  if (objectHeaderFault(characteristics.Header, "NDIS_PROTOCOL_DRIVER_CHARACTERISTICS") !== null)
    return NDIS_STATUS_BAD_CHARACTERISTICS;
  if (REQUIRED_PROTOCOL_HANDLERS.some((member) => characteristics[member] === null))
    return NDIS_STATUS_BAD_CHARACTERISTICS;
  const copy = observeHandlers(
    environment,
    image.name,
    { ...characteristics },
    { SetOptionsHandler: "ProtocolSetOptions" },
  );
  const driver = new ProtocolDriver(image.name, ProtocolDriverContext, copy);
  image.protocol = driver;
  const handle = toHandle<NdisProtocolDriverHandle>(driver);
  NdisProtocolHandle.Value = handle;
  const status =
    copy.SetOptionsHandler === null ? NDIS_STATUS_SUCCESS : copy.SetOptionsHandler(handle, ProtocolDriverContext);
  if (status !== NDIS_STATUS_SUCCESS) {
    driver.registered = false;
    image.protocol = null;
    NdisProtocolHandle.Value = null;
  }
  return status;
}

/** The driver that a handle names, or null (and a violation). */
export function resolveDriver(
  environment: NdisEnvironment,
  handle: NdisDriverHandle,
  caller: string,
): MiniportDriver | ProtocolDriver | null {
  const object: unknown = handle;
  if ((object instanceof MiniportDriver || object instanceof ProtocolDriver) && object.registered) return object;
  environment.misuse("REG-24", caller, "NdisHandle is not the handle of a registered driver");
  return null;
}

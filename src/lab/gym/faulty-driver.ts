import type {
  ClientLibrary,
  DriverImage,
  MiniportCallManagerLibrary,
  NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
  NDIS_CO_CLIENT_OPTIONAL_HANDLERS,
  NDIS_DRIVER_OPTIONAL_HANDLERS,
  NDIS_MINIPORT_CO_CHARACTERISTICS,
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  NDIS_PROTOCOL_CO_CHARACTERISTICS,
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
} from "../../ndis/index.ts";
import type { Subject } from "../conformance/subject.ts";

/** A driver with one mistake in it: a reference driver, of which one call or one handler goes wrong. */
export interface FaultyDriver {
  /** Short and stable, such as "mcm-completes-twice". */
  readonly id: string;
  /** The rule that the mistake breaks. */
  readonly rule: string;
  /** The mistake, as its author would tell it afterwards. */
  readonly mistake: string;
  readonly subject: Subject;
}

/** Functions of the library that the faulty driver calls in another way. */
export type Miscalls<Library> = (ndis: Library) => Partial<Library>;

/** The driver, with some of its calls into NDIS going another way. State of the mistake belongs inside `miscalls`: one for each load. */
export function miscalling<Library extends object>(
  image: DriverImage<Library>,
  miscalls: Miscalls<Library>,
): DriverImage<Library> {
  return {
    name: image.name,
    DriverEntry: (object, path, ndis) => image.DriverEntry(object, path, { ...ndis, ...miscalls(ndis) }),
  };
}

/** Entry points that the faulty driver has instead, made from those that it ought to have. */
export interface Mishandlers<Library> {
  readonly miniport?: (
    right: NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
    ndis: Library,
  ) => Partial<NDIS_MINIPORT_DRIVER_CHARACTERISTICS>;
  readonly protocol?: (
    right: NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
    ndis: Library,
  ) => Partial<NDIS_PROTOCOL_DRIVER_CHARACTERISTICS>;
  readonly callManager?: (
    right: NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
    ndis: Library,
  ) => Partial<NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS>;
  readonly client?: (
    right: NDIS_CO_CLIENT_OPTIONAL_HANDLERS,
    ndis: Library,
  ) => Partial<NDIS_CO_CLIENT_OPTIONAL_HANDLERS>;
  readonly coMiniport?: (
    right: NDIS_MINIPORT_CO_CHARACTERISTICS,
    ndis: Library,
  ) => Partial<NDIS_MINIPORT_CO_CHARACTERISTICS>;
  readonly coProtocol?: (
    right: NDIS_PROTOCOL_CO_CHARACTERISTICS,
    ndis: Library,
  ) => Partial<NDIS_PROTOCOL_CO_CHARACTERISTICS>;
}

/** What both kinds of drivers register with, as far as entry points go. */
type Registering = Pick<MiniportCallManagerLibrary, "NdisSetOptionalHandlers"> &
  Partial<Pick<MiniportCallManagerLibrary, "NdisMRegisterMiniportDriver">> &
  Partial<Pick<ClientLibrary, "NdisRegisterProtocolDriver">>;

/** The driver, with some of its entry points in another way. */
export function mishandling<Library extends Registering>(
  image: DriverImage<Library>,
  handlers: Mishandlers<Library>,
): DriverImage<Library> {
  return miscalling<Library>(image, (ndis) => {
    const wrong: Partial<Registering> = {
      NdisSetOptionalHandlers: (handle, right) => ndis.NdisSetOptionalHandlers(handle, changed(right, handlers, ndis)),
      NdisMRegisterMiniportDriver: (object, path, context, right, out) =>
        ndis.NdisMRegisterMiniportDriver?.(
          object,
          path,
          context,
          { ...right, ...handlers.miniport?.(right, ndis) },
          out,
        ) ?? noSuchFunction(),
      NdisRegisterProtocolDriver: (context, right, out) =>
        ndis.NdisRegisterProtocolDriver?.(context, { ...right, ...handlers.protocol?.(right, ndis) }, out) ??
        noSuchFunction(),
    };
    return wrong as Partial<Library>;
  });
}

function noSuchFunction(): never {
  throw new Error("the driver registers in a role that it does not have");
}

function changed<Library>(
  right: NDIS_DRIVER_OPTIONAL_HANDLERS,
  handlers: Mishandlers<Library>,
  ndis: Library,
): NDIS_DRIVER_OPTIONAL_HANDLERS {
  if ("CmOpenAfHandler" in right) {
    const given = right as NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS;
    return { ...given, ...handlers.callManager?.(given, ndis) };
  }
  if ("ClMakeCallCompleteHandler" in right) {
    const given = right as NDIS_CO_CLIENT_OPTIONAL_HANDLERS;
    return { ...given, ...handlers.client?.(given, ndis) };
  }
  if ("CoSendNetBufferListsHandler" in right) {
    const given = right as NDIS_MINIPORT_CO_CHARACTERISTICS;
    return { ...given, ...handlers.coMiniport?.(given, ndis) };
  }
  const given = right as NDIS_PROTOCOL_CO_CHARACTERISTICS;
  return { ...given, ...handlers.coProtocol?.(given, ndis) };
}

import {
  ATM_SAP,
  CO_CALL_PARAMETERS,
  InOutParameter,
  MDL,
  NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
  NDIS_CO_CLIENT_OPTIONAL_HANDLERS,
  NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
  NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
  NDIS_MINIPORT_CO_CHARACTERISTICS,
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  NDIS_OID_REQUEST,
  NDIS_OPEN_PARAMETERS,
  NDIS_PROTOCOL_CO_CHARACTERISTICS,
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
  NDIS_STATUS_INDICATION,
  NET_BUFFER,
  NET_BUFFER_LIST,
  NET_PNP_EVENT_NOTIFICATION,
  OutParameter,
} from "../../src/ndis/index.ts";
import { q2931Family } from "./core-fakes.ts";

/** Where a wild driver takes its decisions from. */
export interface Draw {
  /** A whole number below `count`. */
  below(count: number): number;
}

export function pick<T>(draw: Draw, from: readonly T[]): T {
  const value = from[draw.below(from.length)];
  if (value === undefined && !from.includes(value as T)) throw new Error("nothing to pick from");
  return value as T;
}

/** Values of every JavaScript type, and the numbers at which C's types end. */
export const WILD: readonly unknown[] = [
  null,
  undefined,
  0,
  1,
  -1,
  0.5,
  3,
  4096,
  0xffff_ffff,
  2 ** 32,
  2 ** 53,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  "",
  "text",
  true,
  false,
  10n,
  Symbol("wild"),
  () => undefined,
];

/** Objects are made anew for every call: NDIS may write into them. */
export const WILD_OBJECTS: readonly (() => unknown)[] = [
  () => ({}),
  () => [],
  () => [null, undefined, Symbol("member")],
  () => ({ Header: null }),
  () => ({ Header: { Type: 0, Revision: 0, Size: 0 } }),
  () => ({ Header: { Type: "x", Revision: Symbol("r"), Size: 1n } }),
  () => ({ Value: Symbol("value") }),
  () => ({ Event: {}, SpinLock: {}, Lookaside: {}, Flink: 1, Blink: "x" }),
  () => ({ Group: 0, Mask: Symbol("mask") }),
  () => ({ ParameterType: 0, ParameterData: { IntegerData: () => 0 } }),
  () => ({ DATA: null }),
  () => ({ DATA: { QUERY_INFORMATION: {}, METHOD_INFORMATION: {} } }),
  () => ({ next: 1 }),
  () => ({ next: () => null }),
  () => new Uint8Array(3),
  () => new Uint8Array(64),
  () => new OutParameter<unknown>(),
  () => new InOutParameter<number>(7),
  () => Object.create(null) as unknown,
  () => Object.freeze({ Header: Object.freeze({}) }),
];

export function wildValue(draw: Draw): unknown {
  const at = draw.below(WILD.length + WILD_OBJECTS.length);
  return at < WILD.length ? WILD[at] : WILD_OBJECTS[at - WILD.length]?.();
}

/** A structure that drivers fill, and no object of NDIS. */
export function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Puts garbage into a member of a structure, at any depth. */
export function spoil(draw: Draw, structure: object, depth = 0): void {
  const keys = Object.keys(structure);
  if (keys.length === 0 || Object.isFrozen(structure) || structure instanceof Uint8Array) return;
  const key = pick(draw, keys);
  const member: unknown = Reflect.get(structure, key);
  const descend = (isPlain(member) || Array.isArray(member)) && depth < 4 && draw.below(3) > 0;
  if (descend) spoil(draw, member, depth + 1);
  else Reflect.set(structure, key, wildValue(draw));
}

/** OIDs that the core itself looks into. */
const OIDS = [
  0x0001_0101, 0x0001_0102, 0x0001_0103, 0x0001_0104, 0x0001_0107, 0x0001_010c, 0x0001_0111, 0x0001_0112, 0x0001_0114,
  0x0002_0101, 0x0002_0102, 0x0101_0101, 0x0201_0101, 0x0201_0102, 0x0402_0101, 0x0402_0102, 0x0402_0104, 0xfe00_1000,
  0xfe00_1001, 0xfe00_1002, 0xfe00_1003, 0xfe00_1004, 0xfe00_1005, 0xfe00_1006, 0xfe00_1007, 0xfe00_0001, 0xfe00_0002,
];

/** A structure as a sane driver would hand it in. */
const STRUCTURES: Readonly<Record<string, (draw: Draw) => object>> = {
  CallParameters: () => CO_CALL_PARAMETERS({ CallMgrParameters: {}, MediaParameters: {} } as never),
  AddressFamily: (draw) => ({ ...q2931Family(), AddressFamily: pick(draw, [1, 2, 3, 5, 0x800]) }),
  Sap: () => ({ SapType: 1, SapLength: 4, Sap: ATM_SAP() }),
  OidRequest: (draw) =>
    NDIS_OID_REQUEST({
      RequestType: pick(draw, [0, 1, 2, 12]) as never,
      Timeout: pick(draw, [0, 1]),
      DATA: {
        Oid: pick(draw, OIDS),
        InformationBuffer: pick<unknown>(draw, [null, new Uint8Array(64), {}]) as never,
        InformationBufferLength: pick(draw, [0, 4, 64, 2 ** 31]),
        BytesWritten: pick(draw, [0, 4, 3, 2 ** 31]),
      } as never,
    }),
  StatusIndication: (draw) =>
    NDIS_STATUS_INDICATION({ StatusCode: pick(draw, [0x4001_0004, 0x4001_0033, 5, 0]) as never }),
  OptionalHandlers: (draw) =>
    pick(draw, [
      NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
      NDIS_CO_CLIENT_OPTIONAL_HANDLERS,
      NDIS_MINIPORT_CO_CHARACTERISTICS,
      NDIS_PROTOCOL_CO_CHARACTERISTICS,
    ])(),
  MiniportDriverCharacteristics: () => NDIS_MINIPORT_DRIVER_CHARACTERISTICS({ MajorNdisVersion: 6 }),
  ProtocolCharacteristics: () => NDIS_PROTOCOL_DRIVER_CHARACTERISTICS({ MajorNdisVersion: 6 }),
  MiniportAttributes: (draw) =>
    draw.below(2) === 0
      ? NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES()
      : NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES({ MediaType: pick(draw, [0, 8, 10, 99]) as never }),
  OpenParameters: () => NDIS_OPEN_PARAMETERS({ MediumArray: [8] as never, MediumArraySize: 1 }),
  NetPnPEventNotification: (draw) => {
    const notification = NET_PNP_EVENT_NOTIFICATION();
    notification.NetPnPEvent.NetEvent = draw.below(20) as never;
    return notification;
  },
  TapiCallId: () => ({ ulTotalSize: 100, ulNeededSize: 0, ulUsedSize: 0 }),
};

const ALIASES: Readonly<Record<string, string>> = { Request: "OidRequest", NdisOidRequest: "OidRequest" };

/** What a parameter of this name takes, half of the time with garbage in it; undefined when it takes no structure. */
export function structureFor(draw: Draw, parameter: string): object | undefined {
  const structure = STRUCTURES[ALIASES[parameter] ?? parameter]?.(draw);
  if (structure !== undefined && draw.below(2) === 0) spoil(draw, structure);
  return structure;
}

const MDL_MEMBERS = ["Next", "ByteCount", "MappedSystemVa"];
const NET_BUFFER_MEMBERS = ["Next", "CurrentMdl", "CurrentMdlOffset", "DataLength", "DataOffset", "MdlChain"];

/** Garbage in what a driver may write of a NET_BUFFER, or of an MDL of its chain. */
export function spoilNetBuffer(draw: Draw, netBuffer: NET_BUFFER): void {
  const mdl = netBuffer.MdlChain;
  if (mdl instanceof MDL && draw.below(2) === 0) {
    const value = draw.below(3) === 0 ? mdl : wildValue(draw);
    Reflect.set(mdl, pick(draw, MDL_MEMBERS), value);
    return;
  }
  const value = draw.below(3) === 0 ? netBuffer : wildValue(draw);
  Reflect.set(netBuffer, pick(draw, NET_BUFFER_MEMBERS), value);
}

/** Ties a chain into a ring, breaks it off into garbage, or leaves it. */
export function knot(draw: Draw, chain: NET_BUFFER_LIST): NET_BUFFER_LIST {
  let last = chain;
  for (let steps = 0; steps < 8 && last.Next instanceof NET_BUFFER_LIST; steps++) last = last.Next;
  switch (draw.below(6)) {
    case 0:
      last.Next = chain;
      break;
    case 1:
      last.Next = wildValue(draw) as never;
      break;
    case 2:
      last.FirstNetBuffer = wildValue(draw) as never;
      break;
    case 3:
      if (last.FirstNetBuffer instanceof NET_BUFFER) last.FirstNetBuffer.Next = last.FirstNetBuffer;
      break;
    case 4:
      last.SourceHandle = wildValue(draw) as never;
      break;
    default:
  }
  return chain;
}

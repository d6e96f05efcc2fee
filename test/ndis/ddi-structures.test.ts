import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as vocabulary from "../../src/ndis/ddi/index.ts";
import { OBJECT_LAYOUTS, objectHeader, objectHeaderFault } from "../../src/ndis/ddi/structures/object-header.ts";

interface SpecMember {
  name: string;
  type: string;
  members?: SpecMember[];
}

interface SpecStructure {
  name: string;
  kind: string;
  members?: SpecMember[];
  objectHeader?: { type: string; sizeThroughField: Record<string, string> };
}

function spec<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`./spec/${file}`, import.meta.url), "utf8")) as T;
}

const structures = spec<SpecStructure[]>("condis-structures.json").filter((entry) => entry.members !== undefined);
const stated = spec<{ structSizes: { x64: Record<string, number> } }>("condis-constants.json").structSizes.x64;
const exported: Record<string, unknown> = { ...vocabulary };

/** Size and alignment in bytes of a C type on x64, by the rules of the System V and Microsoft ABIs for these types. */
function layout(member: SpecMember): { size: number; alignment: number } {
  if (member.members !== undefined) return aggregate(member.type === "union", member.members);
  const array = /^(\w+)\[(.+)\]$/.exec(member.type);
  if (array !== null) {
    const element = scalar(array[1]);
    return { size: element.size * arrayLength(array[2]), alignment: element.alignment };
  }
  return scalar(member.type);
}

function arrayLength(text: string): number {
  const known: Record<string, number> = {
    NDIS_MAX_PHYS_ADDRESS_LENGTH: 32,
    NDIS_OID_REQUEST_NDIS_RESERVED_SIZE: 16,
    "sizeof(PVOID)": 8,
  };
  return text
    .split("*")
    .map((factor) => known[factor.trim()] ?? Number(factor))
    .reduce((product, factor) => product * factor, 1);
}

const BYTES = new Set(["UCHAR", "BOOLEAN"]);
const WORDS = new Set(["USHORT", "NET_IFTYPE"]);
const QUADS = new Set(["ULONG64", "NET_LUID", "NDIS_HANDLE"]);
const AGGREGATES: Record<string, { size: number; alignment: number }> = {
  NDIS_OBJECT_HEADER: { size: 4, alignment: 2 },
  NDIS_STRING: { size: 16, alignment: 8 },
  GUID: { size: 16, alignment: 4 },
  NET_PNP_EVENT: { size: 24 + 4 * 4 * 8, alignment: 8 },
};

function scalar(type: string): { size: number; alignment: number } {
  if (type in AGGREGATES) return AGGREGATES[type];
  if (BYTES.has(type)) return { size: 1, alignment: 1 };
  if (WORDS.has(type)) return { size: 2, alignment: 2 };
  const isPointer = type.startsWith("P") || type.endsWith("*") || /HANDLER|MINIPORT_DRIVER_UNLOAD/.test(type);
  if (isPointer || QUADS.has(type)) return { size: 8, alignment: 8 };
  return { size: 4, alignment: 4 };
}

function aggregate(isUnion: boolean, members: SpecMember[]): { size: number; alignment: number } {
  let end = 0;
  let alignment = 1;
  for (const member of members) {
    const part = layout(member);
    const start = isUnion ? 0 : Math.ceil(end / part.alignment) * part.alignment;
    end = Math.max(end, start + part.size);
    alignment = Math.max(alignment, part.alignment);
  }
  return { size: Math.ceil(end / alignment) * alignment, alignment };
}

/** RTL_SIZEOF_THROUGH_FIELD. */
function sizeThrough(members: SpecMember[], field: string): number {
  let end = 0;
  for (const member of members) {
    const part = layout(member);
    end = Math.ceil(end / part.alignment) * part.alignment + part.size;
    if (member.name === field) return end;
  }
  throw new Error(`no member ${field}`);
}

function constantName(structure: string, revision: string): string {
  return `NDIS_SIZEOF_${structure.replace(/^NDIS_/, "")}_REVISION_${revision}`;
}

describe("header sizes on x64", () => {
  it("are those that the documentation states", () => {
    for (const [name, size] of Object.entries(stated)) {
      const constant = name.endsWith(" full") ? `SIZEOF_${name.replace(" full", "")}` : name;
      expect(exported[constant], name).toBe(size);
    }
  });

  const withRevisions = structures.filter((entry) => entry.objectHeader !== undefined);

  it.each(withRevisions)("$name: every revision reaches through its last member", (structure) => {
    for (const [revision, field] of Object.entries(structure.objectHeader?.sizeThroughField ?? {})) {
      const size = sizeThrough(structure.members ?? [], field);
      expect(exported[constantName(structure.name, revision)], `revision ${revision}`).toBe(size);
    }
  });

  it.each(withRevisions)("$name: the header announces the documented object type", (structure) => {
    const [name, value] = (structure.objectHeader?.type ?? "").split(" ");
    const header = objectHeader(structure.name as keyof typeof OBJECT_LAYOUTS);
    expect(header.Type).toBe(exported[name]);
    expect(header.Type).toBe(Number(value.slice(1, -1)));
  });
});

describe("the structure factories", () => {
  /** Unions and pieces of unions that are spelled as types, and classes that NDIS alone makes. */
  const notMade = new Set([
    "NDIS_OBJECT_HEADER",
    "NDIS_MINIPORT_ADAPTER_ATTRIBUTES",
    "CO_SAP",
    "NET_BUFFER_DATA",
    "NET_BUFFER_HEADER",
    "NET_BUFFER_LIST_DATA",
    "NET_BUFFER_LIST_HEADER",
    "Q2931_IE",
    "AAL_PARAMETERS_IE",
    "NDIS_CONFIGURATION_PARAMETER",
    "NET_BUFFER",
    "NET_BUFFER_LIST",
    "NET_BUFFER_LIST_CONTEXT",
  ]);
  /** Members of C that have another form here: see the docstrings of the structures. */
  const otherForm: Record<string, string[]> = { NDIS_WAN_COMPRESS_INFO: ["Proprietary", "Public"] };

  it.each(structures.filter((entry) => !notMade.has(entry.name)))("$name has the C members in order", (structure) => {
    const factory = exported[structure.name];
    if (typeof factory !== "function") throw new Error(`no factory ${structure.name}`);
    const made = Object.keys(factory() as object);
    const names = (structure.members ?? []).flatMap((member) =>
      member.name === "(anonymous)"
        ? (otherForm[structure.name] ?? (member.members ?? []).map((inner) => inner.name))
        : [member.name],
    );
    const order = structure.name === "NDIS_OID_REQUEST" ? made.sort() : made;
    expect(order).toEqual(structure.name === "NDIS_OID_REQUEST" ? [...names].sort() : names);
  });

  it.each(Object.keys(OBJECT_LAYOUTS))("%s starts with its header filled", (name) => {
    const factory = exported[name];
    if (typeof factory !== "function") throw new Error(`no factory ${name}`);
    const made = factory() as { Header: vocabulary.NDIS_OBJECT_HEADER };
    expect(objectHeaderFault(made.Header, name as keyof typeof OBJECT_LAYOUTS)).toBeNull();
  });

  it("NET_BUFFER, NET_BUFFER_LIST and NET_BUFFER_LIST_CONTEXT have the C members", () => {
    const flat = (members: SpecMember[]): string[] =>
      members.flatMap((member) => (member.name === "(anonymous)" ? flat(member.members ?? []) : [member.name]));
    const leftOut = new Set([
      ...["stDataLength", "Link", "NetBufferHeader", "SharedMemoryInfo"],
      ...["NetBufferListHeader", "NdisReserved2"],
    ]);
    for (const made of [
      new vocabulary.NET_BUFFER(),
      new vocabulary.NET_BUFFER_LIST(),
      new vocabulary.NET_BUFFER_LIST_CONTEXT(),
    ]) {
      const structure = structures.find((entry) => entry.name === made.constructor.name);
      const names = flat(structure?.members ?? []).filter((name) => !leftOut.has(name));
      expect(names.length).toBeGreaterThan(3);
      for (const name of names) expect(name in made, `${made.constructor.name}.${name}`).toBe(true);
    }
  });

  it("give every call its own structures", () => {
    const one = vocabulary.CO_CALL_MANAGER_PARAMETERS();
    const other = vocabulary.CO_CALL_MANAGER_PARAMETERS();
    one.Transmit.PeakBandwidth = 1000;
    expect(other.Transmit.PeakBandwidth).toBe(0);
    expect(vocabulary.ATM_ADDRESS().Address).toHaveLength(20);
  });
});

describe("object headers", () => {
  const name = "NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS";

  it("X-10: the call-manager handlers may end before or after CmNotifyCloseAfCompleteHandler", () => {
    expect(objectHeaderFault({ Type: 0xa5, Revision: 1, Size: 136 }, name)).toBeNull();
    expect(objectHeaderFault({ Type: 0xa5, Revision: 1, Size: 144 }, name)).toBeNull();
    expect(objectHeaderFault({ Type: 0xa5, Revision: 1, Size: 135 }, name)).toBe("Size");
  });

  it("REG-19: type and revision must be known", () => {
    expect(objectHeaderFault({ Type: 0xa6, Revision: 1, Size: 144 }, name)).toBe("Type");
    expect(objectHeaderFault({ Type: 0xa5, Revision: 0, Size: 144 }, name)).toBe("Revision");
    expect(objectHeaderFault({ Type: 0xa5, Revision: 2, Size: 144 }, name)).toBe("Revision");
    expect(objectHeaderFault({ Type: 0xa5, Revision: 1.5, Size: 144 }, name)).toBe("Revision");
  });
});

describe("NDIS_OID_REQUEST", () => {
  it("is a union: the OID of a set can be read through every name", () => {
    const request = vocabulary.NDIS_OID_REQUEST({
      RequestType: vocabulary.NDIS_REQUEST_TYPE.NdisRequestSetInformation,
      DATA: { Oid: vocabulary.OID_CO_ADD_ADDRESS, InformationBufferLength: 24 },
    });
    expect(request.DATA.Oid).toBe(vocabulary.OID_CO_ADD_ADDRESS);
    expect(request.DATA.QUERY_INFORMATION.Oid).toBe(vocabulary.OID_CO_ADD_ADDRESS);
    request.DATA.Oid = vocabulary.OID_CO_DELETE_ADDRESS;
    expect(request.DATA.SET_INFORMATION.Oid).toBe(vocabulary.OID_CO_DELETE_ADDRESS);
    expect(request.DATA.SET_INFORMATION.InformationBufferLength).toBe(24);
  });
});

describe("call parameters", () => {
  it("give the structure that ParamType names, and null for raw bytes", () => {
    const q2931 = vocabulary.Q2931_CALLMGR_PARAMETERS({
      InfoElements: [
        { IEType: vocabulary.IE_QOSClass, IELength: 0, IE: vocabulary.ATM_QOS_CLASS_IE({ QOSClassForward: 4 }) },
      ],
    });
    const call = vocabulary.CO_CALL_PARAMETERS({
      CallMgrParameters: vocabulary.CO_CALL_MANAGER_PARAMETERS({
        CallMgrSpecific: { ParamType: vocabulary.CALLMGR_SPECIFIC_Q2931, Length: 0, Parameters: q2931 },
      }),
      MediaParameters: vocabulary.CO_MEDIA_PARAMETERS({
        MediaSpecific: { ParamType: vocabulary.ATM_MEDIA_SPECIFIC, Length: 4, Parameters: new Uint8Array(4) },
      }),
    });
    expect(vocabulary.q2931Parameters(call)).toBe(q2931);
    expect(vocabulary.findElement(q2931, vocabulary.IE_QOSClass)?.QOSClassForward).toBe(4);
    expect(vocabulary.findElement(q2931, vocabulary.IE_Cause)).toBeNull();
    expect(vocabulary.atmMediaParameters(call)).toBeNull();
    expect(vocabulary.q2931Parameters(vocabulary.CO_CALL_PARAMETERS())).toBeNull();
  });
});

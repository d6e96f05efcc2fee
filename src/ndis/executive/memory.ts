import { NDIS_OBJECT_TYPE_DEFAULT } from "../ddi/constants/object-types.ts";
import type { NdisMemoryFunctions } from "../ddi/functions/memory.ts";
import type { NDIS_OBJECT_HEADER } from "../ddi/structures/object-header.ts";
import type { DRIVER_OBJECT, NDIS_GENERIC_OBJECT, NPAGED_LOOKASIDE_LIST } from "../ddi/structures/system.ts";
import type { PVOID } from "../ddi/types.ts";
import { NULL } from "../ddi/types.ts";
import type { NdisEnvironment } from "../environment.ts";
import { adapterOf } from "./adapter-of.ts";
import type { Holding } from "./holdings.ts";
import { allocationFails, DriverHoldings } from "./holdings.ts";
import { LookasideList } from "./lookaside-list.ts";
import { DriverPool, hex, shown, tagText } from "./pool.ts";

/**
 * Memory functions of one driver (rules MEM-02, MEM-04).
 * @param owner the driver.
 * @param holdings what the driver holds; its other functions share it.
 */
export function memoryFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings = new DriverHoldings(),
): NdisMemoryFunctions {
  const pool = new DriverPool(environment, owner, holdings);
  return {
    ...poolFunctions(environment, owner, pool),
    ...lookasideFunctions(environment, owner, holdings, pool),
    ...byteFunctions(environment, owner),
    ...genericObjectFunctions(environment, owner, holdings),
  } satisfies NdisMemoryFunctions;
}

type PoolFunctions = Pick<NdisMemoryFunctions, "NdisAllocateMemoryWithTagPriority" | "NdisFreeMemory">;

function poolFunctions(environment: NdisEnvironment, owner: string, pool: DriverPool): PoolFunctions {
  return {
    NdisAllocateMemoryWithTagPriority(NdisHandle, Length, Tag) {
      if (Tag === 0) environment.misuse("MEM-04", owner, "an allocation carries a tag");
      return pool.allocate(adapterOf(NdisHandle), Length, Tag);
    },
    NdisFreeMemory(VirtualAddress, Length, MemoryFlags) {
      const block = pool.blockAt(VirtualAddress);
      const issuer = environment.informationMemory.issuerAt(VirtualAddress, block?.length ?? 1);
      if (issuer !== null) {
        const message = `${hex(VirtualAddress)} has the information buffer of an OID request: ${issuer} frees it when that is complete`;
        environment.misuse("OID-18", owner, message);
      }
      if (block === undefined) {
        environment.misuse("MEM-04", owner, `no memory at ${hex(VirtualAddress)}: never allocated, or freed already`);
        return;
      }
      // The reference page ignores Length for tagged memory, and drivers pass 0; another value than the block's is a slip.
      if (Length !== 0 && Length !== block.length) {
        environment.misuse("MEM-04", owner, `${block.traceName} is freed with Length ${Length}`);
      }
      if (MemoryFlags !== 0) environment.misuse("MEM-04", owner, `MemoryFlags is 0, not ${hex(MemoryFlags)}`);
      pool.free(block);
    },
  };
}

type LookasideFunctions = Pick<
  NdisMemoryFunctions,
  | "NdisInitializeNPagedLookasideList"
  | "NdisAllocateFromNPagedLookasideList"
  | "NdisFreeToNPagedLookasideList"
  | "NdisDeleteNPagedLookasideList"
>;

function lookasideFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings,
  pool: DriverPool,
): LookasideFunctions {
  const listOf = (storage: NPAGED_LOOKASIDE_LIST): LookasideList | null => {
    if (storage.Lookaside instanceof LookasideList) return storage.Lookaside;
    environment.misuse("NullCheck", owner, "the lookaside list is not initialised");
    return null;
  };
  return {
    NdisInitializeNPagedLookasideList(Lookaside, Allocate, Free, _Flags, Size, Tag) {
      if (Tag === 0) environment.misuse("MEM-04", owner, "a lookaside list carries a tag");
      if (Lookaside.Lookaside instanceof LookasideList)
        environment.misuse("MEM-04", owner, "the lookaside list is initialised already");
      const list = new LookasideList(
        `${environment.nameObject("lookaside list")} (tag ${tagText(Tag)})`,
        pool,
        Allocate,
        Free,
        Size,
        Tag,
      );
      holdings.take(list);
      Lookaside.Lookaside = list;
    },
    NdisAllocateFromNPagedLookasideList(Lookaside) {
      return listOf(Lookaside)?.allocate() ?? NULL;
    },
    NdisFreeToNPagedLookasideList(Lookaside, Entry) {
      const list = listOf(Lookaside);
      if (list !== null && !list.free(Entry)) {
        environment.misuse("MEM-04", owner, `${hex(Entry)} is not an entry in use of ${list.traceName}`);
      }
    },
    NdisDeleteNPagedLookasideList(Lookaside) {
      const list = listOf(Lookaside);
      if (list === null) return;
      if (list.inUse > 0) {
        environment.misuse("MEM-04", owner, `${list.traceName} is deleted with ${list.inUse} entries in use`);
      }
      list.delete();
      holdings.giveBack(list);
      Lookaside.Lookaside = null;
    },
  };
}

type ByteFunctions = Pick<
  NdisMemoryFunctions,
  "NdisZeroMemory" | "NdisMoveMemory" | "NdisEqualMemory" | "NdisFillMemory"
>;

function byteFunctions(environment: NdisEnvironment, owner: string): ByteFunctions {
  const { worldMemory } = environment.machine;
  const { bytes } = worldMemory;
  const { window } = environment.machine.memory;
  const reaches = (address: PVOID, length: number): boolean => {
    if (typeof address === "number" && typeof length === "number" && window.contains(address, length)) return true;
    environment.misuse("NullCheck", owner, `${shown(length)} bytes at ${hex(address)} are not memory of this machine`);
    return false;
  };
  return {
    NdisZeroMemory(Destination, Length) {
      if (reaches(Destination, Length)) bytes.fill(0, Destination, Destination + Length);
    },
    NdisMoveMemory(Destination, Source, Length) {
      if (!reaches(Destination, Length) || !reaches(Source, Length)) return;
      if (Math.abs(Destination - Source) >= Length) worldMemory.copy(Destination, Source, Length);
      else bytes.copyWithin(Destination, Source, Source + Length);
    },
    NdisEqualMemory(Source1, Source2, Length) {
      if (!reaches(Source1, Length) || !reaches(Source2, Length)) return 0;
      for (let i = 0; i < Length; i++) {
        if (bytes[Source1 + i] !== bytes[Source2 + i]) return 0;
      }
      return 1;
    },
    NdisFillMemory(Destination, Length, Fill) {
      if (reaches(Destination, Length)) bytes.fill(Number(Fill) & 0xff, Destination, Destination + Length);
    },
  };
}

/** An NDIS_GENERIC_OBJECT: a handle for components that have none of their own. */
class GenericObject implements NDIS_GENERIC_OBJECT, Holding {
  readonly leftRule = "NdisAllocateGenericObject";
  readonly adapter = null;
  readonly traceName: string;
  readonly Header: NDIS_OBJECT_HEADER;
  Caller: unknown = null;
  CallersCaller: unknown = null;
  DriverObject: DRIVER_OBJECT | null;
  allocated = true;

  constructor(traceName: string, driverObject: DRIVER_OBJECT | null, size: number) {
    this.traceName = traceName;
    this.Header = { Type: NDIS_OBJECT_TYPE_DEFAULT, Revision: 1, Size: size };
    this.DriverObject = driverObject;
  }
}

type GenericObjectFunctions = Pick<NdisMemoryFunctions, "NdisAllocateGenericObject" | "NdisFreeGenericObject">;

function genericObjectFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings,
): GenericObjectFunctions {
  return {
    NdisAllocateGenericObject(DriverObject, Tag, Size) {
      if (Tag === 0) environment.misuse("MEM-04", owner, "a generic object carries a tag");
      if (allocationFails(environment)) return null;
      const object = new GenericObject(
        `${environment.nameObject("generic object")} (tag ${tagText(Tag)})`,
        DriverObject,
        Size,
      );
      holdings.take(object);
      environment.live.memoryBlocks++;
      return object;
    },
    NdisFreeGenericObject(NdisObject) {
      if (!(NdisObject instanceof GenericObject) || !NdisObject.allocated) {
        environment.misuse(
          "NdisAllocateGenericObject",
          owner,
          "the generic object was never allocated, or is freed already",
        );
        return;
      }
      NdisObject.allocated = false;
      holdings.giveBack(NdisObject);
      environment.live.memoryBlocks--;
    },
  };
}

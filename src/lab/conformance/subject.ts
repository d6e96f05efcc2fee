import type {
  CallManagerLibrary,
  ClientLibrary,
  CoMiniportLibrary,
  DriverImage,
  MiniportCallManagerLibrary,
} from "../../ndis/index.ts";

/** What a driver under test can be. The laboratory supplies the other roles. */
export type SubjectRole = "mcm" | "call-manager" | "client";

/** The library that the driver of a role gets. */
export interface LibraryOfRole {
  readonly mcm: MiniportCallManagerLibrary;
  readonly "call-manager": CallManagerLibrary;
  readonly client: ClientLibrary;
}

/** The driver under test. Every case loads it anew, as a driver that was unloaded has lost its memory. */
export type Subject = { [Role in SubjectRole]: SubjectOf<Role> }[SubjectRole];

export interface SubjectOf<Role extends SubjectRole> {
  readonly role: Role;
  readonly name: string;
  readonly load: () => DriverImage<LibraryOfRole[Role]>;
  /** The miniport below a call manager; the reference CO miniport when there is none. */
  readonly loadMiniport?: () => DriverImage<CoMiniportLibrary>;
}

import type { CallControlUser, Q2931Call, SignallingHost } from "../../wire/q2931/index.ts";
import { CallControl } from "../../wire/q2931/index.ts";
import { USER_ROLE } from "./user-role.ts";

export { USER_ROLE } from "./user-role.ts";

/** The user side of one UNI: SSCOP on the signalling channel, and the calls of the host. */
export type UserSignalling = CallControl;
/** A call as the driver sees it. */
export type UserCall = Q2931Call;
/** What the driver provides below: the signalling channel and timers. */
export type UserSignallingHost = SignallingHost;
/** What the driver is told. */
export type UserSignallingEvents = CallControlUser;

/** Makes the user side of a UNI; nothing is sent before `establish`. */
export function createUserSignalling(host: UserSignallingHost, events: UserSignallingEvents): UserSignalling {
  return new CallControl(USER_ROLE, host, events);
}

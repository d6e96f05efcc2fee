import type { CallControlUser, SignallingHost } from "../wire/q2931/index.ts";
import { CallControl } from "../wire/q2931/index.ts";
import { USER_ROLE } from "./user-role.ts";

export { USER_ROLE } from "./user-role.ts";

/** The user side of one UNI: SSCOP on the signalling channel, and the calls of the host. */
export type UserSignalling = CallControl;

/** Makes the user side of a UNI; nothing is sent before `establish`. */
export function createUserSignalling(host: SignallingHost, events: CallControlUser): UserSignalling {
  return new CallControl(USER_ROLE, host, events);
}

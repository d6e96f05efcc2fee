/**
 * A copy of a structure of entry points, with NULL for those that are missing and for those that `isRead` leaves out.
 * @param empty the structure as its factory makes it: it says which members there are.
 * @returns null when a member that points to an entry point is something else.
 */
export function copyEntryPoints<Structure extends object>(
  given: Structure,
  empty: Structure,
  isRead: (member: string) => boolean = () => true,
): Structure | null {
  const copy = { ...given } as Record<string, unknown>;
  for (const member of handlerMembers(empty)) {
    const value = isRead(member) ? (copy[member] ?? null) : null;
    if (value !== null && typeof value !== "function") return null;
    copy[member] = value;
  }
  return copy as unknown as Structure;
}

/** The members of a structure that point to entry points. */
export function handlerMembers(structure: object): string[] {
  return Object.keys(structure).filter((member) => member.includes("Handler"));
}

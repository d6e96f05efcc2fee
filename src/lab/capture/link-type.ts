/** Link types of capture files (tcpdump.org "Link-layer header types"), as far as this project meets them. */
export const LINK_TYPE_ETHERNET = 1;
export const LINK_TYPE_RAW_IP = 101;
export const LINK_TYPE_SUNATM = 123;
export const LINK_TYPE_IPV4 = 228;
export const LINK_TYPE_IPV6 = 229;

const NAMES: ReadonlyMap<number, string> = new Map([
  [LINK_TYPE_ETHERNET, "Ethernet"],
  [LINK_TYPE_RAW_IP, "raw IP"],
  [LINK_TYPE_SUNATM, "SUNATM"],
  [LINK_TYPE_IPV4, "raw IPv4"],
  [LINK_TYPE_IPV6, "raw IPv6"],
]);

/** "Ethernet (1)", or just the number for a link type that is not ours. */
export function linkTypeName(linkType: number): string {
  const name = NAMES.get(linkType);
  return name === undefined ? `link type ${linkType}` : `${name} (${linkType})`;
}

/**
 * Address families and the flags of calls, media and connection-oriented sends (ndis.h). ULONG values are unsigned
 * here: compare them with `!== 0` after `&`, because `&` yields a signed integer.
 */

/* NDIS_AF: CO_ADDRESS_FAMILY.AddressFamily */
export const CO_ADDRESS_FAMILY_Q2931 = 0x01;
export const CO_ADDRESS_FAMILY_PSCHED = 0x02;
export const CO_ADDRESS_FAMILY_L2TP = 0x03;
export const CO_ADDRESS_FAMILY_IRDA = 0x04;
export const CO_ADDRESS_FAMILY_1394 = 0x05;
export const CO_ADDRESS_FAMILY_PPP = 0x06;
export const CO_ADDRESS_FAMILY_INFINIBAND = 0x07;
export const CO_ADDRESS_FAMILY_TAPI = 0x0800;
export const CO_ADDRESS_FAMILY_TAPI_PROXY = 0x0801;
export const CO_ADDRESS_FAMILY_PROXY = 0x80000000;

/* CO_CALL_PARAMETERS.Flags */
export const PERMANENT_VC = 0x01;
export const CALL_PARAMETERS_CHANGED = 0x02;
export const QUERY_CALL_PARAMETERS = 0x04;
export const BROADCAST_VC = 0x08;
export const MULTIPOINT_VC = 0x10;

/* CO_MEDIA_PARAMETERS.Flags */
export const RECEIVE_TIME_INDICATION = 0x01;
export const USE_TIME_STAMPS = 0x02;
export const TRANSMIT_VC = 0x04;
export const RECEIVE_VC = 0x08;
export const INDICATE_ERRED_PACKETS = 0x10;
export const INDICATE_END_OF_TX = 0x20;
export const RESERVE_RESOURCES_VC = 0x40;
export const ROUND_DOWN_FLOW = 0x80;
export const ROUND_UP_FLOW = 0x0100;
export const ERRED_PACKET_INDICATION = 0x01;

/* Per-packet flags of a connection-oriented send */
export const CO_SEND_FLAG_SET_DISCARD_ELIBILITY = 0x01;

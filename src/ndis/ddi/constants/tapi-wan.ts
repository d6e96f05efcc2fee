/** TAPI and WAN constants (ndistapi.h, ndiswan.h). */

/* TAPI */
export const CO_TAPI_VERSION = 0x00010003;
export const CO_TAPI_FLAG_PER_LINE_CAPS = 0x01;
export const CO_TAPI_FLAG_PER_ADDRESS_CAPS = 0x01;
export const CO_TAPI_LINE_ID_UNSPECIFIED = 0xffffffff;
export const CO_TAPI_ADDRESS_ID_UNSPECIFIED = 0xffffffff;
export const CO_TAPI_FLAG_OUTGOING_CALL = 0x01;
export const CO_TAPI_FLAG_INCOMING_CALL = 0x02;
export const CO_TAPI_FLAG_USE_DEFAULT_CALLPARAMS = 0x04;
export const AF_TAPI_SAP_TYPE = 0x8000;

/* Framing, compression and encryption bits */
export const RAS_FRAMING = 0x01;
export const RAS_COMPRESSION = 0x02;
export const PPP_MULTILINK_FRAMING = 0x10;
export const PPP_SHORT_SEQUENCE_HDR_FORMAT = 0x20;
export const PPP_MC_MULTILINK_FRAMING = 0x40;
export const PPP_FRAMING = 0x0100;
export const PPP_COMPRESS_ADDRESS_CONTROL = 0x0200;
export const PPP_COMPRESS_PROTOCOL_FIELD = 0x0400;
export const PPP_ACCM_SUPPORTED = 0x0800;
export const SLIP_FRAMING = 0x1000;
export const SLIP_VJ_COMPRESSION = 0x2000;
export const SLIP_VJ_AUTODETECT = 0x4000;
export const MEDIA_NRZ_ENCODING = 0x00010000;
export const MEDIA_NRZI_ENCODING = 0x00020000;
export const MEDIA_NLPID = 0x00040000;
export const RFC_1356_FRAMING = 0x00100000;
export const RFC_1483_FRAMING = 0x00200000;
export const RFC_1490_FRAMING = 0x00400000;
export const SHIVA_FRAMING = 0x01000000;
export const NBF_PRESERVE_MAC_ADDRESS = 0x01000000;
export const PASS_THROUGH_MODE = 0x10000000;
export const TAPI_PROVIDER = 0x80000000;
export const NDISWAN_COMPRESSION = 0x01;
export const NDISWAN_ENCRYPTION = 0x10;
export const NDISWAN_40_ENCRYPTION = 0x20;
export const NDISWAN_128_ENCRYPTION = 0x40;
export const NDISWAN_56_ENCRYPTION = 0x80;
export const NDISWAN_HISTORY_LESS = 0x01000000;

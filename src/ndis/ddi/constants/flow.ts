/** FLOWSPEC values (qos.h). */

/* SERVICETYPE */
export const SERVICETYPE_NOTRAFFIC = 0x00;
export const SERVICETYPE_BESTEFFORT = 0x01;
export const SERVICETYPE_CONTROLLEDLOAD = 0x02;
export const SERVICETYPE_GUARANTEED = 0x03;
export const SERVICETYPE_NETWORK_UNAVAILABLE = 0x04;
export const SERVICETYPE_GENERAL_INFORMATION = 0x05;
export const SERVICETYPE_NOCHANGE = 0x06;
export const SERVICETYPE_NONCONFORMING = 0x09;
export const SERVICETYPE_NETWORK_CONTROL = 0x0a;
export const SERVICETYPE_QUALITATIVE = 0x0d;

/* Values with a meaning of their own */
export const QOS_NOT_SPECIFIED = 0xffffffff;
export const POSITIVE_INFINITY_RATE = 0xfffffffe;

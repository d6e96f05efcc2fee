/** Q2931_IE_TYPE (atm.h). These number the structures of Q2931_IE, not the identifiers on the wire. */

/* Q2931_IE.IEType */
export const IE_AALParameters = 0;
export const IE_TrafficDescriptor = 1;
export const IE_BroadbandBearerCapability = 2;
export const IE_BHLI = 3;
export const IE_BLLI = 4;
export const IE_CalledPartyNumber = 5;
export const IE_CalledPartySubaddress = 6;
export const IE_CallingPartyNumber = 7;
export const IE_CallingPartySubaddress = 8;
export const IE_Cause = 9;
export const IE_QOSClass = 10;
export const IE_TransitNetworkSelection = 11;
export const IE_BroadbandSendingComplete = 12;
export const IE_LIJCallId = 13;
export const IE_Raw = 14;

/**
 * Cause values of Q.2931/Q.2610 and ATM Forum UNI 3.1 section 5.4.5.15. The number is what stands in the cause
 * information element (7 bits); which NDIS status a cause becomes is the driver's business, not the codec's.
 */
export const CAUSE = {
  unallocatedNumber: 1,
  noRouteToTransitNetwork: 2,
  noRouteToDestination: 3,
  vpciVciUnacceptable: 10,
  normalCallClearing: 16,
  userBusy: 17,
  noUserResponding: 18,
  callRejected: 21,
  numberChanged: 22,
  userRejectsClir: 23,
  destinationOutOfOrder: 27,
  invalidNumberFormat: 28,
  responseToStatusEnquiry: 30,
  normalUnspecified: 31,
  vpciVciUnavailable: 35,
  vpciVciAssignmentFailure: 36,
  userCellRateUnavailable: 37,
  networkOutOfOrder: 38,
  temporaryFailure: 41,
  accessInformationDiscarded: 43,
  noVpciVciAvailable: 45,
  resourceUnavailable: 47,
  qualityOfServiceUnavailable: 49,
  userCellRateUnavailableUni30: 51,
  bearerCapabilityNotAuthorized: 57,
  bearerCapabilityNotAvailable: 58,
  serviceOrOptionUnavailable: 63,
  bearerCapabilityNotImplemented: 65,
  unsupportedTrafficParameters: 73,
  aalParametersNotSupported: 78,
  invalidCallReference: 81,
  identifiedChannelDoesNotExist: 82,
  incompatibleDestination: 88,
  invalidEndpointReference: 89,
  invalidTransitNetworkSelection: 91,
  tooManyPendingAddParty: 92,
  aalParametersNotSupportedUni30: 93,
  mandatoryElementMissing: 96,
  messageTypeNotImplemented: 97,
  elementNotImplemented: 99,
  invalidElementContents: 100,
  messageNotCompatibleWithCallState: 101,
  recoveryOnTimerExpiry: 102,
  incorrectMessageLength: 104,
  protocolErrorUnspecified: 111,
} as const;

/** What the diagnostics octets of a cause hold, UNI 3.1 table 5-12. */
export type CauseDiagnostics =
  | "none"
  | "condition"
  | "rejection"
  | "new-number"
  | "vpci-vci"
  | "cell-rate-identifiers"
  | "element-identifiers"
  | "message-type"
  | "timer";

export interface CauseRow {
  readonly value: number;
  readonly name: string;
  readonly diagnostics: CauseDiagnostics;
}

function row(value: number, name: string, diagnostics: CauseDiagnostics = "none"): CauseRow {
  return { value, name, diagnostics };
}

/** Every cause of the standards above, ascending by value. Value bits 7-5 are the class of the cause. */
export const CAUSES: readonly CauseRow[] = [
  row(CAUSE.unallocatedNumber, "unallocated (unassigned) number", "condition"),
  row(CAUSE.noRouteToTransitNetwork, "no route to specified transit network"),
  row(CAUSE.noRouteToDestination, "no route to destination", "condition"),
  row(CAUSE.vpciVciUnacceptable, "VPCI/VCI unacceptable"),
  row(CAUSE.normalCallClearing, "normal call clearing", "condition"),
  row(CAUSE.userBusy, "user busy"),
  row(CAUSE.noUserResponding, "no user responding"),
  row(CAUSE.callRejected, "call rejected", "rejection"),
  row(CAUSE.numberChanged, "number changed", "new-number"),
  row(CAUSE.userRejectsClir, "user rejects all calls with calling line identification restriction"),
  row(CAUSE.destinationOutOfOrder, "destination out of order"),
  row(CAUSE.invalidNumberFormat, "invalid number format (address incomplete)"),
  row(CAUSE.responseToStatusEnquiry, "response to STATUS ENQUIRY"),
  row(CAUSE.normalUnspecified, "normal, unspecified"),
  row(CAUSE.vpciVciUnavailable, "requested VPCI/VCI not available"),
  row(CAUSE.vpciVciAssignmentFailure, "VPCI/VCI assignment failure"),
  row(CAUSE.userCellRateUnavailable, "user cell rate not available", "cell-rate-identifiers"),
  row(CAUSE.networkOutOfOrder, "network out of order"),
  row(CAUSE.temporaryFailure, "temporary failure"),
  row(CAUSE.accessInformationDiscarded, "access information discarded", "element-identifiers"),
  row(CAUSE.noVpciVciAvailable, "no VPCI/VCI available"),
  row(CAUSE.resourceUnavailable, "resource unavailable, unspecified"),
  row(CAUSE.qualityOfServiceUnavailable, "Quality of Service unavailable", "condition"),
  row(CAUSE.userCellRateUnavailableUni30, "user cell rate not available (UNI 3.0)", "cell-rate-identifiers"),
  row(CAUSE.bearerCapabilityNotAuthorized, "bearer capability not authorized"),
  row(CAUSE.bearerCapabilityNotAvailable, "bearer capability not presently available"),
  row(CAUSE.serviceOrOptionUnavailable, "service or option not available, unspecified"),
  row(CAUSE.bearerCapabilityNotImplemented, "bearer capability not implemented"),
  row(CAUSE.unsupportedTrafficParameters, "unsupported combination of traffic parameters"),
  row(CAUSE.aalParametersNotSupported, "AAL parameters cannot be supported"),
  row(CAUSE.invalidCallReference, "invalid call reference value"),
  row(CAUSE.identifiedChannelDoesNotExist, "identified channel does not exist", "vpci-vci"),
  row(CAUSE.incompatibleDestination, "incompatible destination", "element-identifiers"),
  row(CAUSE.invalidEndpointReference, "invalid endpoint reference value"),
  row(CAUSE.invalidTransitNetworkSelection, "invalid transit network selection"),
  row(CAUSE.tooManyPendingAddParty, "too many pending add party requests"),
  row(CAUSE.aalParametersNotSupportedUni30, "AAL parameters cannot be supported (UNI 3.0)"),
  row(CAUSE.mandatoryElementMissing, "mandatory information element is missing", "element-identifiers"),
  row(CAUSE.messageTypeNotImplemented, "message type non-existent or not implemented", "message-type"),
  row(CAUSE.elementNotImplemented, "information element non-existent or not implemented", "element-identifiers"),
  row(CAUSE.invalidElementContents, "invalid information element contents", "element-identifiers"),
  row(CAUSE.messageNotCompatibleWithCallState, "message not compatible with call state", "message-type"),
  row(CAUSE.recoveryOnTimerExpiry, "recovery on timer expiry", "timer"),
  row(CAUSE.incorrectMessageLength, "incorrect message length"),
  row(CAUSE.protocolErrorUnspecified, "protocol error, unspecified"),
];

/** Where a cause was generated, Q.2610 table 1 (4 bits). */
export const CAUSE_LOCATION = {
  user: 0,
  privateNetworkServingLocalUser: 1,
  publicNetworkServingLocalUser: 2,
  transitNetwork: 3,
  publicNetworkServingRemoteUser: 4,
  privateNetworkServingRemoteUser: 5,
  internationalNetwork: 7,
  networkBeyondInterworkingPoint: 10,
} as const;

/** Name of a cause value; values that no standard assigns are named by their number. */
export function causeName(value: number): string {
  return CAUSES.find((cause) => cause.value === value)?.name ?? `cause ${value}`;
}

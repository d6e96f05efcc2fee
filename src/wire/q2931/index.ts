export * from "./call-control/index.ts";
export { CAUSE, CAUSE_LOCATION, CAUSES, type CauseDiagnostics, type CauseRow, causeName } from "./causes.ts";
export { decodeMessage } from "./decode.ts";
export { DECODE_RESULT, DecodeFault, type DecodeResult, FAULT_CLAUSE, FAULT_CLAUSES } from "./decode-fault.ts";
export { AAL_PARAMETER, AAL_TYPE, type AalParameters } from "./elements/aal-parameters.ts";
export {
  BEARER_CLASS,
  type BearerCapability,
  HIGH_LAYER_TYPE,
  type HighLayerInformation,
  type QualityOfService,
  TIMING_REQUIREMENT,
  TRAFFIC_TYPE,
  USER_PLANE,
} from "./elements/bearer-capability.ts";
export type { Cause } from "./elements/cause.ts";
export {
  type ConnectionIdentifier,
  ENDPOINT_STATE,
  type EndpointReference,
  type NotificationIndicator,
  PREFERENCE,
  RESTART_CLASS,
  VP_ASSOCIATION,
} from "./elements/identifiers.ts";
export {
  IPI_SNAP,
  LAYER2_PROTOCOL,
  LAYER3_PROTOCOL,
  type LowLayerInformation,
} from "./elements/low-layer-information.ts";
export {
  NUMBERING_PLAN,
  type PartyNumber,
  type PartySubaddress,
  PRESENTATION,
  SCREENING,
  type TransitNetworkSelection,
  TYPE_OF_NUMBER,
  TYPE_OF_SUBADDRESS,
} from "./elements/party-number.ts";
export { TRAFFIC_RATE, type TrafficDescriptor } from "./elements/traffic-descriptor.ts";
export { encodeMessage } from "./encode.ts";
export {
  CODING_STANDARD,
  elementName,
  IE,
  INFORMATION_ELEMENTS,
  type InformationElementName,
  type InformationElementRow,
} from "./information-elements.ts";
export {
  CALL_REFERENCE_MAXIMUM,
  GLOBAL_CALL_REFERENCE,
  LOW_LAYER_MAXIMUM,
  MESSAGE_HEADER_LENGTH,
  Q2931Message,
  type UnrecognisedElement,
} from "./message.ts";
export {
  DIRECTION,
  type Direction,
  MESSAGE,
  MESSAGE_TYPES,
  type MessageTypeRow,
  messageName,
} from "./message-types.ts";

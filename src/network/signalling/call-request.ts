import type { Q2931Message, TrafficDescriptor } from "../../wire/q2931/index.ts";
import { BEARER_CLASS, CAUSE, CODING_STANDARD, IE, TRAFFIC_RATE } from "../../wire/q2931/index.ts";

/** UNI 3.1 appendix A section 5: classes 1 to 4, and 0 for unspecified. */
const HIGHEST_QOS_CLASS = 4;
const NO_CAUSE = 0;

/** Peak cell rate that a direction is charged with, in cells per second: nothing for best effort. */
export function chargedRate(descriptor: TrafficDescriptor, peakClp01: number): number {
  return descriptor.bestEffort ? 0 : descriptor.rate(peakClp01);
}

/** CAUSE for which a network refuses a SETUP by its contents, where connections of this kind (USER_PLANE) are served; 0 for none. */
export function refusalOfSetup(message: Q2931Message, userPlane: number): number {
  const { bearerCapability, trafficDescriptor, qualityOfService } = message;
  if (message.has(IE.transitNetworkSelection)) return CAUSE.noRouteToTransitNetwork;
  if (bearerCapability.userPlane !== userPlane) return CAUSE.bearerCapabilityNotImplemented;
  if (bearerCapability.bearerClass === BEARER_CLASS.transparentVp) return CAUSE.bearerCapabilityNotImplemented;
  // UNI 3.1 table 5-7: every allowed combination has the peak rate of all cells in both directions.
  if (trafficDescriptor.rate(TRAFFIC_RATE.forwardPeakClp01) < 0) return CAUSE.unsupportedTrafficParameters;
  if (trafficDescriptor.rate(TRAFFIC_RATE.backwardPeakClp01) < 0) return CAUSE.unsupportedTrafficParameters;
  const highest = qualityOfService.codingStandard === CODING_STANDARD.itu ? 0 : HIGHEST_QOS_CLASS;
  if (qualityOfService.forwardClass > highest || qualityOfService.backwardClass > highest) {
    return CAUSE.qualityOfServiceUnavailable;
  }
  return NO_CAUSE;
}

/** The version that requests and replies are written in; the SDK is pinned to the same. */
export const API_VERSION = '2026-10-28.endive';

/** @throws Error when Stripe's SDK speaks another version: its types, and what we read by them, would not hold. */
export function assertApiVersion(sdkVersion: string): void {
  if (sdkVersion === API_VERSION) return;
  throw new Error(
    `Stripe's SDK speaks API version ${sdkVersion}, and Concord ${API_VERSION}. Change API_VERSION with the SDK, after reading Stripe's changelog.`,
  );
}

import type { Used } from '../bench/used.ts';

/** In the currency that `prices.json` names. */
export type Prices = {
  readonly perMillion: {
    readonly dynamodbReadUnit: number;
    readonly dynamodbWriteUnit: number;
    readonly lambdaInvocation: number;
    readonly stateTransition: number;
    readonly sqsRequest: number;
    readonly httpApiRequest: number;
  };
  readonly lambdaGigabyteSecond: number;
};

/** What a million of an operation costs, by service. */
export type Cost = {
  readonly dynamodb: number;
  readonly lambda: number;
  readonly states: number;
  readonly queue: number;
  readonly api: number;
  readonly total: number;
};

/** As every function is deployed. */
const MEMORY_GB = 0.5;
/** A message is received and deleted by Lambda, and both are requests, though a batch shares them. */
const REQUESTS_A_MESSAGE = 3;

type Counted = Pick<Used, 'readUnits' | 'writeUnits' | 'invocations' | 'busyMs' | 'stateTransitions' | 'sqs'> & {
  readonly operation: string;
};

/** Schedules and Stripe's webhooks come without the HTTP API. */
const isByHttpApi = ({ operation }: Counted) => !/^(schedule|webhook)/.test(operation);

/** The price of a million such operations at what one of them used; the duration is this machine's. */
export function costOf(counted: Counted, { perMillion, lambdaGigabyteSecond }: Prices): Cost {
  const dynamodb = counted.readUnits * perMillion.dynamodbReadUnit + counted.writeUnits * perMillion.dynamodbWriteUnit;
  const gigabyteSeconds = (counted.busyMs / 1000) * MEMORY_GB * 1_000_000;
  const parts = {
    dynamodb,
    lambda: counted.invocations * perMillion.lambdaInvocation + gigabyteSeconds * lambdaGigabyteSecond,
    states: counted.stateTransitions * perMillion.stateTransition,
    queue: counted.sqs * REQUESTS_A_MESSAGE * perMillion.sqsRequest,
    api: isByHttpApi(counted) ? perMillion.httpApiRequest : 0,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}

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
    readonly traceRecorded: number;
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
  readonly traces: number;
  readonly total: number;
};

/** As every function is deployed. */
const MEMORY_GB = 0.5;
/** A message is received and deleted by Lambda, and both are requests, though a batch shares them. */
const REQUESTS_A_MESSAGE = 3;
/**
 * Of what X-Ray is offered beyond the first request in each second, this part is recorded: https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
 * Every function and state machine offers it all.
 */
const SAMPLED = 0.05;

type Counted = Pick<Used, 'readUnits' | 'writeUnits' | 'invocations' | 'busyMs' | 'stateTransitions' | 'sqs'> & {
  readonly operation: string;
};

/** Schedules and Stripe's webhooks come without the HTTP API. */
const isByHttpApi = ({ operation }: Counted) => !/^(schedule|webhook)/.test(operation);

const isBySchedule = ({ operation }: Counted) => operation.startsWith('schedule');

/**
 * Each invocation may begin a trace; one that carries another's on costs nothing more, so this is rather too much. A
 * schedule is always the first in its second.
 */
const tracesOf = (counted: Counted) => counted.invocations * (isBySchedule(counted) ? 1 : SAMPLED);

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
    traces: tracesOf(counted) * perMillion.traceRecorded,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}

/** Where pokes are sent, each in the name of the caller who asked for it, or else of this function. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { SqsPokes } from '#adapters/sqs/sqs-pokes.ts';
import { presentAsker } from '#adapters/system/on-behalf-of.ts';
import { requireEnv } from '#adapters/system/system.ts';

const sender = () => presentAsker() ?? process.env['AWS_LAMBDA_FUNCTION_NAME'];

export const pokes = new SqsPokes(new SQSClient({}), requireEnv('POKES_QUEUE_URL'), sender);

import { accountId, region } from '../resource-identity.ts';
import type { ServiceName } from '../runtime.ts';
import { asList, asRecord } from '../template.ts';

/** An action on a resource that a caller's role has to allow. */
export type Needed = { readonly action: string; readonly resource: string };

type Body = Readonly<Record<string, unknown>>;

/**
 * What a call needs: one permission an item of a transaction, one a table of a batch.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export function neededPermissions(
  service: Exclude<ServiceName, 'stripe'>,
  operation: string,
  body: Body,
): readonly Needed[] {
  switch (service) {
    case 'dynamodb':
      return forDynamodb(operation, body);
    case 'sqs': {
      if (operation === 'StartMessageMoveTask')
        return toMove(String(body['SourceArn']), String(body['DestinationArn']));
      const name = String(body['QueueUrl'] ?? body['QueueName'])
        .split('/')
        .at(-1);
      // A batch needs what its entries would need.
      return [{ action: `sqs:${operation.replace(/Batch$/, '')}`, resource: arnOf('sqs', String(name)) }];
    }
    case 'states':
      return [
        { action: `states:${operation}`, resource: String(body['stateMachineArn'] ?? body['executionArn'] ?? '*') },
      ];
    case 'secrets':
      return [{ action: `secretsmanager:${operation}`, resource: secretArn(body['SecretId']) }];
  }
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html */
function toMove(source: string, destination: string): readonly Needed[] {
  const ofSource = ['StartMessageMoveTask', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];
  return [
    ...ofSource.map((name) => ({ action: `sqs:${name}`, resource: source })),
    { action: 'sqs:SendMessage', resource: destination },
  ];
}

/** A transaction has no permission of its own. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html */
const transactionActions: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};

function forDynamodb(operation: string, body: Body): readonly Needed[] {
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    return asList(body['TransactItems']).flatMap((item) =>
      Object.entries(asRecord(item)).map(([kind, request]) => ({
        action: `dynamodb:${transactionActions[kind] ?? kind}`,
        resource: tableArn(asRecord(request)['TableName']),
      })),
    );
  }
  const action = `dynamodb:${operation}`;
  if (body['RequestItems'] !== undefined) {
    return Object.keys(asRecord(body['RequestItems'])).map((table) => ({ action, resource: tableArn(table) }));
  }
  const table = tableArn(body['TableName']);
  return [{ action, resource: body['IndexName'] === undefined ? table : `${table}/index/${body['IndexName']}` }];
}

function tableArn(name: unknown): string {
  return asArn('dynamodb', 'table/', name);
}

/** By its name a secret is any of that name: only its ARN has the six characters that end it. */
function secretArn(id: unknown): string {
  const arn = asArn('secretsmanager', 'secret:', id);
  return arn === id ? arn : `${arn}-??????`;
}

function asArn(service: string, prefix: string, name: unknown): string {
  const text = String(name);
  return text.startsWith('arn:') ? text : arnOf(service, `${prefix}${text}`);
}

function arnOf(service: string, rest: string): string {
  return `arn:aws:${service}:${region}:${accountId}:${rest}`;
}

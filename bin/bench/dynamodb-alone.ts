/** As much of DynamoDB's SDK as a function cannot do without: what the start of the functions is compared with. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';

export const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
export const commands = [GetCommand, TransactWriteCommand];

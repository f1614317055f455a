import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { HttpReply } from '#adapters/http/render.ts';

/** Answers one route: parses, calls one use case, renders. Problems are thrown. */
export type Route = (event: APIGatewayProxyEventV2, context: Context) => Promise<HttpReply>;

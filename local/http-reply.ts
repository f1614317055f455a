import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** A reply to an HTTP caller. */
export type HttpReply = { readonly status: number; readonly headers: OutgoingHttpHeaders; readonly body: Buffer };

/** What the front server says about itself and the connection, whatever a function writes there. */
const notTheFunctions = ['connection', 'content-length', 'keep-alive', 'transfer-encoding'];

/** A reply that the front server gives by itself. */
export function jsonReply(status: number, body: unknown, headers: OutgoingHttpHeaders = {}): HttpReply {
  const text = JSON.stringify(body) ?? 'null';
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(text) };
}

/**
 * The HTTP reply that a function's result stands for in payload format 2.0; undefined when the result is not valid.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function replyOf(result: unknown): HttpReply | undefined {
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) return jsonReply(200, result);
  const { statusCode, headers, cookies, body, isBase64Encoded } = result as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (body !== undefined && body !== null && typeof body !== 'string') return undefined;
  const own = ownHeaders(headers ?? {});
  if (!own) return undefined;
  if (Array.isArray(cookies)) own['set-cookie'] = cookies.map(String);
  return {
    status,
    headers: { 'content-type': 'text/plain;charset=UTF-8', ...own },
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

function ownHeaders(headers: unknown): OutgoingHttpHeaders | undefined {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return undefined;
  const own: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'object') return undefined;
    if (!notTheFunctions.includes(name.toLowerCase())) own[name.toLowerCase()] = String(value);
  }
  return own;
}

/** Reads the whole body; undefined when it is larger than `limitBytes`. Rejects when the caller goes away. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Writes the reply; what is left of the request is let go, so that the connection stays in step. */
export function sendReply(request: IncomingMessage, response: ServerResponse, reply: HttpReply): void {
  request.resume();
  if (response.destroyed) return;
  response.writeHead(reply.status, { ...reply.headers, 'content-length': reply.body.length });
  response.end(request.method === 'HEAD' ? undefined : reply.body);
}

import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as SecureAgent } from 'node:https';
import { buffer } from 'node:stream/consumers';

/** A whole HTTP request, read before it is judged. */
export type WireRequest = {
  readonly method: string;
  /** With the query, as on the request line. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** A whole HTTP reply. */
export type WireReply = { readonly status: number; readonly headers: OutgoingHttpHeaders; readonly body: Buffer };

/** What belongs to one connection and not to the message: RFC 9110, section 7.6.1. */
const hopByHop = ['connection', 'expect', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

const agents = {
  'http:': new Agent({ keepAlive: true, maxSockets: 256 }),
  'https:': new SecureAgent({ keepAlive: true, maxSockets: 64 }),
};

/** Sends the request to another origin and reads the whole reply. Rejects when no reply comes. */
export function forward(request: WireRequest, origin: string): Promise<WireReply> {
  const url = new URL(request.path, origin);
  const secure = url.protocol === 'https:';
  const headers: OutgoingHttpHeaders = { ...request.headers, host: url.host, 'content-length': request.body.length };
  for (const name of hopByHop) delete headers[name];
  const options = { method: request.method, headers, agent: agents[secure ? 'https:' : 'http:'] };
  return new Promise((resolve, reject) => {
    const outgoing = (secure ? requestHttps : requestHttp)(url, options, (reply) => {
      buffer(reply).then((body) => {
        resolve({ status: reply.statusCode ?? 502, headers: replyHeaders(reply.headers), body });
      }, reject);
    });
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}

/** Without the date: the functions' clock may be ahead of it, and an SDK would take that for a skew to correct. */
function replyHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const kept: OutgoingHttpHeaders = { ...headers };
  for (const name of [...hopByHop, 'content-length', 'date']) delete kept[name];
  return kept;
}

import type { IncomingMessage } from 'node:http';

/** The parts of an event that API Gateway and a Lambda Function URL fill in differently. */
export type EventFrame = {
  readonly routeKey: string;
  readonly rawPath: string;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly accountId: string;
  readonly apiId: string;
  readonly authorizer?: unknown;
  readonly requestId: string;
  /** The moment of the request, in milliseconds since 1970. */
  readonly nowMs: number;
};

/**
 * The event of payload format 2.0 for a request.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpEvent(request: IncomingMessage, body: Buffer, frame: EventFrame): Record<string, unknown> {
  const [, rawQueryString = ''] = splitOnce(request.url ?? '/', '?');
  const { cookie, ...headers } = joinHeaders(request);
  const sourceIp = request.socket.remoteAddress ?? '127.0.0.1';
  const host = (request.headers.host ?? 'localhost').replace(/:\d+$/, '');
  return {
    version: '2.0',
    routeKey: frame.routeKey,
    rawPath: frame.rawPath,
    rawQueryString,
    ...(cookie !== undefined && { cookies: cookie.split(/;\s*/) }),
    headers: {
      ...headers,
      'x-forwarded-for': [headers['x-forwarded-for'], sourceIp].filter(Boolean).join(', '),
      'x-forwarded-port': String(request.socket.localPort ?? ''),
      'x-forwarded-proto': 'http',
      'x-amzn-trace-id': headers['x-amzn-trace-id'] ?? traceId(frame),
    },
    ...(rawQueryString !== '' && { queryStringParameters: joinParameters(rawQueryString) }),
    ...(frame.pathParameters &&
      Object.keys(frame.pathParameters).length > 0 && { pathParameters: frame.pathParameters }),
    requestContext: {
      accountId: frame.accountId,
      apiId: frame.apiId,
      ...(frame.authorizer !== undefined && { authorizer: frame.authorizer }),
      domainName: host,
      domainPrefix: host.split('.')[0],
      http: {
        method: request.method,
        path: frame.rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: frame.requestId,
      routeKey: frame.routeKey,
      stage: '$default',
      time: commonLogTime(frame.nowMs),
      timeEpoch: frame.nowMs,
    },
    ...bodyOf(headers, body),
  };
}

/** Names in lower case, doubled headers joined by commas, and without what belongs to the connection only. */
function joinHeaders(request: IncomingMessage): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (name === 'connection' || name === 'keep-alive' || name === 'transfer-encoding' || !values) continue;
    joined[name] = values.join(name === 'cookie' ? '; ' : ',');
  }
  return joined;
}

function joinParameters(query: string): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(joined);
}

function bodyOf(headers: Readonly<Record<string, string>>, body: Buffer) {
  if (body.length === 0) return { isBase64Encoded: false };
  const text = headers['content-encoding'] === undefined && isText(headers['content-type']);
  return { body: body.toString(text ? 'utf8' : 'base64'), isBase64Encoded: !text };
}

/** A form is not text here: AWS hands it over in base64, as everything that is neither text nor JSON nor XML. */
function isText(contentType = ''): boolean {
  const [type = ''] = contentType.toLowerCase().split(';');
  return /^(text\/.*|application\/(json|javascript|xml|.*\+json|.*\+xml))$/.test(type.trim());
}

/** As in an access log: `12/Mar/2020:19:03:58 +0000`. */
function commonLogTime(ms: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(ms).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}

function traceId({ nowMs, requestId }: EventFrame): string {
  const unique = requestId.replaceAll('-', '').slice(0, 24);
  return `Root=1-${Math.floor(nowMs / 1000).toString(16)}-${unique}`;
}

export function splitOnce(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

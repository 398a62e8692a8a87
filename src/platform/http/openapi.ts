import { z } from 'zod';
import { type Scope } from './bearer-guard';

/**
 * One thing a caller can ask for, as its edge describes it. Schemas are zod: what is documented is what is checked.
 *
 * A new route gets its Operation beside its controller, in a list that app.module hands to OPERATIONS. What every call may
 * meet (token, path, query, body, storage) is added by itself; only refusals of its own are named. A test compares the list
 * with the app's routes, and real answers with the schemas.
 */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** With {parameters} as OpenAPI writes them. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly needs: Scope | 'public';
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answers: Readonly<Record<number, DescribedAnswer>>;
  readonly refusals?: Refusals;
}

export interface DescribedAnswer {
  readonly description: string;
  /** Of the body, where there is one. */
  readonly schema?: z.ZodType;
  /** application/json unless it says otherwise. */
  readonly type?: string;
  /** What each of its own headers says, by name. */
  readonly headers?: Headers;
}

type Headers = Readonly<Record<string, string>>;

/** The codes a refusal may carry, by status. */
export type Refusals = Readonly<Record<number, readonly string[]>>;

/** Operations below one path and one heading. */
export function operationsUnder(
  path: string,
  tag: string,
  operations: readonly Omit<Operation, 'tag'>[],
): readonly Operation[] {
  return operations.map((operation) => ({ ...operation, tag, path: path + operation.path }));
}

type Json = Readonly<Record<string, unknown>>;

/** Some problems have members of their own beside these. */
export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('What went wrong, and what to do next.'),
  code: z.string(),
  retryable: z.boolean(),
  receipt_id: z.string().optional(),
  retry_after_s: z.int().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

const RETRY_AFTER: Headers = { 'Retry-After': 'Seconds to wait before the next try.' };
const REFUSAL_HEADERS: Readonly<Record<number, Headers>> = {
  401: { 'WWW-Authenticate': 'What would have been a proof.' },
  405: { Allow: 'The methods there are.' },
  429: RETRY_AFTER,
  503: RETRY_AFTER,
};

/** Before anything knows what is asked for. */
const OF_THE_CONNECTION: Refusals = {
  400: ['bad_request'],
  408: ['request_timeout'],
  413: ['payload_too_large'],
  431: ['headers_too_large'],
};

/** What a call may meet because of what it is, and what its own declaration adds. */
export function refusalsOf({ needs, path, query, body, refusals = {} }: Operation): Refusals {
  if (needs === 'public') return together(OF_THE_CONNECTION, refusals);
  return together(
    OF_THE_CONNECTION,
    { 401: ['unauthenticated'], 403: ['forbidden'] },
    { 500: ['internal_error'], 503: ['storage_unavailable'] },
    path.includes('{') ? { 404: ['not_found'] } : {},
    query === undefined ? {} : { 400: ['invalid_query'] },
    body === undefined ? {} : { 422: ['invalid_input'] },
    refusals,
  );
}

function together(...all: readonly Refusals[]): Refusals {
  const byStatus = new Map<number, Set<string>>();
  for (const [key, codes] of all.flatMap((some) => Object.entries(some))) {
    const status = Number(key);
    byStatus.set(status, new Set([...(byStatus.get(status) ?? []), ...codes]));
  }
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, [...codes]]));
}

export function openApiDocument(operations: readonly Operation[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) (paths[operation.path] ??= {})[operation.method] = described(operation);
  return {
    openapi: '3.1.0',
    info: {
      title: 'casetrail',
      version: '1',
      description:
        'Event-sourced case management: verified webhooks in, ticket state and SLA figures out. Every refusal is a Problem ' +
        '(RFC 9457). What is wrong in a query string, a parameter that does not exist included, is 400 `invalid_query`; what ' +
        'is wrong in a body is 422 `invalid_input`, and of a webhook as its source has it.',
    },
    paths,
    components: {
      schemas: { Problem: schemaOf(problemSchema, 'output') },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function described(operation: Operation): Json {
  const { tag, summary, needs, query, body, answers, path } = operation;
  const isPublic = needs === 'public';
  return {
    operationId: operationId(operation),
    tags: [tag],
    summary,
    ...(isPublic
      ? { security: [] }
      : { security: [{ token: [] }], description: `Needs the scope "${needs}".` }),
    parameters: [...pathParameters(path), ...queryParameters(query)],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse({}).success,
            content: { 'application/json': { schema: schemaOf(body, 'input') } },
          },
        }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, success(answer)])),
      ...Object.fromEntries(
        Object.entries(refusalsOf(operation)).map(([status, codes]) => [
          status,
          refusal(Number(status), codes),
        ]),
      ),
    },
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } };
  });
}

function queryParameters(query: z.ZodObject | undefined): Json[] {
  if (query === undefined) return [];
  return Object.entries(query.shape as Record<string, z.ZodType>).map(([name, schema]) => {
    const required = !schema.safeParse(undefined).success;
    return { name, in: 'query', required, schema: schemaOf(schema, 'input') };
  });
}

/** get /v1/admin/sources/{name} is get_v1_admin_sources_name: generators name their functions by it. */
function operationId({ method, path }: Operation): string {
  return [method, ...path.split(/[^A-Za-z0-9]+/).filter((part) => part !== '')].join('_');
}

function success({ description, schema, type = 'application/json', headers }: DescribedAnswer): Json {
  const content = schema === undefined ? {} : { content: { [type]: { schema: schemaOf(schema, 'output') } } };
  return { description, ...describedHeaders(headers), ...content };
}

function refusal(status: number, codes: readonly string[]): Json {
  const schema = {
    allOf: [
      { $ref: '#/components/schemas/Problem' },
      { type: 'object', properties: { code: { enum: codes } } },
    ],
  };
  return {
    description: codes.join(', '),
    ...describedHeaders(REFUSAL_HEADERS[status]),
    content: { 'application/problem+json': { schema } },
  };
}

function describedHeaders(headers: Headers | undefined): Json {
  if (headers === undefined) return {};
  const described = Object.entries(headers).map(([name, description]) => {
    return [name, { description, schema: { type: 'string' } }];
  });
  return { headers: Object.fromEntries(described) as Json };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const document = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  delete document.$schema;
  return document;
}

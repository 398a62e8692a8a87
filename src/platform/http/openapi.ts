import { z } from 'zod';
import { type Scope } from './bearer-guard';

/** One thing a caller can ask for, as its edge describes it. Schemas are zod: what is documented is what is checked. */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** With {parameters} as OpenAPI writes them. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly needs: Scope | 'public';
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** By status; the body's schema where there is one. */
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema?: z.ZodType }>>;
  /** The codes each refusal may carry, by status. */
  readonly refusals?: Readonly<Record<number, readonly string[]>>;
}

type Json = Readonly<Record<string, unknown>>;

export const problemSchema = z.object({
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

/** What any call with a token may meet. */
const ADMIN_REFUSALS: Readonly<Record<number, readonly string[]>> = {
  401: ['unauthenticated'],
  403: ['forbidden'],
  503: ['storage_unavailable'],
};

export function openApiDocument(operations: readonly Operation[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) (paths[operation.path] ??= {})[operation.method] = described(operation);
  return {
    openapi: '3.1.0',
    info: {
      title: 'casetrail',
      version: '1',
      description: 'Event-sourced case management: verified webhooks in, ticket state and SLA figures out.',
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
  const refusals = isPublic ? operation.refusals : { ...ADMIN_REFUSALS, ...operation.refusals };
  return {
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
            required: true,
            content: { 'application/json': { schema: schemaOf(body, 'input') } },
          },
        }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, success(answer)])),
      ...Object.fromEntries(
        Object.entries(refusals ?? {}).map(([status, codes]) => [status, refusal(codes)]),
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
    return { name, in: 'query', required: false, schema: schemaOf(schema, 'input') };
  });
}

function success({ description, schema }: Operation['answers'][number]): Json {
  const content =
    schema === undefined ? {} : { content: { 'application/json': { schema: schemaOf(schema, 'output') } } };
  return { description, ...content };
}

function refusal(codes: readonly string[]): Json {
  const schema = {
    allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }],
  };
  return { description: codes.join(', '), content: { 'application/problem+json': { schema } } };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const document = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  delete document.$schema;
  return document;
}

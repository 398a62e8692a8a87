import request from 'supertest';
import { z } from 'zod';

interface Described {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: 'path' | 'query' }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, DescribedResponse>>;
}

interface DescribedResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** The app's own description of itself, as a client reads it. */
export class ApiDocument {
  private constructor(private readonly document: Document) {}

  static async of(url: string): Promise<ApiDocument> {
    const answer = await request(url).get('/openapi.json').expect(200);
    return new ApiDocument(answer.body as Document);
  }

  /** `get /v1/admin/sources/{name}` */
  get operations(): readonly string[] {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
  }

  get ids(): readonly string[] {
    return this.operations.map((operation) => this.#described(operation).operationId);
  }

  takesQuery(operation: string): boolean {
    return this.#described(operation).parameters.some((parameter) => parameter.in === 'query');
  }

  takesBody(operation: string): boolean {
    return this.#described(operation).requestBody !== undefined;
  }

  /** The codes of its refusals, by status. */
  refusals(operation: string): Readonly<Record<number, readonly string[]>> {
    const refused = Object.entries(this.#described(operation).responses).filter(
      ([status]) => status >= '400',
    );
    return Object.fromEntries(refused.map(([status, { description }]) => [status, description.split(', ')]));
  }

  /** What is wrong with an answer by what is documented; empty: nothing. */
  faults(operation: string, answer: request.Response): readonly string[] {
    const response = this.#described(operation).responses[answer.status];
    if (response === undefined) return [`status ${answer.status} is not documented`];
    const missing = Object.keys(response.headers ?? {}).find(
      (name) => !(name.toLowerCase() in answer.headers),
    );
    if (missing !== undefined) return [`no header ${missing}`];
    const type = (answer.headers['content-type'] ?? '').split(';')[0] ?? '';
    if (response.content === undefined) return answer.text === '' ? [] : ['a body that is not documented'];
    const found = Object.entries(response.content).find(([documented]) => documented.split(';')[0] === type);
    if (found === undefined) return [`the type ${type} is not documented`];
    const checked = this.#schema(found[1].schema).safeParse(
      type.includes('json') ? answer.body : answer.text,
    );
    return checked.success ? [] : [z.prettifyError(checked.error)];
  }

  #described(operation: string): Described {
    const [method = '', path = ''] = operation.split(' ');
    const described = this.document.paths[path]?.[method];
    if (described === undefined) throw new Error(`${operation} is not documented`);
    return described;
  }

  /** References are into the document: what they name comes along. */
  #schema(schema: object): z.ZodType {
    const text = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/');
    return z.fromJSONSchema({
      ...(JSON.parse(text) as object),
      $defs: this.document.components.schemas,
    } as never);
  }
}

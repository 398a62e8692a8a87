import { Controller, Get, Header, Inject, SetMetadata } from '@nestjs/common';
import { z } from 'zod';
import { NEEDS } from './bearer-guard';
import { docsPage } from './docs-page';
import { openApiDocument, type Operation, operationsUnder } from './openapi';

/** All operations of the app: app.module joins the lists that stand beside the controllers. */
export const OPERATIONS = Symbol('Operations');
/** The document of the topics, which the relay makes. */
export const ASYNC_API = Symbol('AsyncApi');

export const docsOperations = operationsUnder('', 'Running it', [
  {
    method: 'get',
    path: '/docs',
    summary: 'This API for people: one page.',
    needs: 'public',
    answers: { 200: { description: 'The page.', schema: z.string(), type: 'text/html' } },
  },
  {
    method: 'get',
    path: '/openapi.json',
    summary: 'This API for tools.',
    needs: 'public',
    answers: { 200: { description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.string() }) } },
  },
  {
    method: 'get',
    path: '/asyncapi.json',
    summary: 'The Kafka topics for tools, as this deployment names them.',
    needs: 'public',
    answers: { 200: { description: 'AsyncAPI 3.', schema: z.looseObject({ asyncapi: z.string() }) } },
  },
]);

@Controller()
@SetMetadata(NEEDS, 'public')
export class DocsController {
  readonly #document: ReturnType<typeof openApiDocument>;
  readonly #page: string;

  constructor(
    @Inject(OPERATIONS) operations: readonly Operation[],
    @Inject(ASYNC_API) private readonly topics: unknown,
  ) {
    this.#document = openApiDocument(operations);
    this.#page = docsPage(operations);
  }

  @Get('openapi.json')
  document(): unknown {
    return this.#document;
  }

  @Get('asyncapi.json')
  topicsDocument(): unknown {
    return this.topics;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
  page(): string {
    return this.#page;
  }
}

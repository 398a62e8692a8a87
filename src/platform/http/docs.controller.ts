import { Controller, Get, Header, Inject, SetMetadata } from '@nestjs/common';
import { NEEDS } from './bearer-guard';
import { docsPage } from './docs-page';
import { openApiDocument, type Operation } from './openapi';

export const OPERATIONS = Symbol('Operations');

@Controller()
@SetMetadata(NEEDS, 'public')
export class DocsController {
  readonly #document: ReturnType<typeof openApiDocument>;
  readonly #page: string;

  constructor(@Inject(OPERATIONS) operations: readonly Operation[]) {
    this.#document = openApiDocument(operations);
    this.#page = docsPage(operations);
  }

  @Get('openapi.json')
  document(): unknown {
    return this.#document;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
  page(): string {
    return this.#page;
  }
}

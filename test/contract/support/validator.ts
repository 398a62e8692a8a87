import Ajv, { type ValidateFunction } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TopicKind } from '../../../src/relay/relay-topic';
import { ROOT } from './released';

const DOCUMENT = 'asyncapi';

export interface TextRecord {
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}

interface AsyncApi {
  readonly channels: Readonly<
    Record<string, { readonly messages: Readonly<Record<string, { $ref: string }>> }>
  >;
}

/** Validates as a consumer does that has nothing but the committed AsyncAPI document. */
export function validatorOf(): (topic: TopicKind, record: TextRecord) => string[] {
  const document = JSON.parse(readFileSync(join(ROOT, 'docs/contract/asyncapi.json'), 'utf8')) as AsyncApi;
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { 'date-time': isInstant } });
  ajv.addSchema(document, DOCUMENT);
  const schemas = new Map<string, ValidateFunction>();
  const check = (pointer: string, value: unknown): string[] => {
    const validate = schemas.get(pointer) ?? ajv.compile({ $ref: `${DOCUMENT}${pointer}` });
    schemas.set(pointer, validate);
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
  };
  return (topic, { headers, value }) => {
    const type = /^casetrail\.(.+)\.v1$/.exec(headers.ce_type ?? '')?.[1] ?? '';
    const message = document.channels[topic]?.messages[type]?.$ref;
    if (message === undefined) return [`${headers.ce_type ?? ''} is not on ${topic}`];
    return [...check(`${message}/headers`, headers), ...check(`${message}/payload`, JSON.parse(value))];
  };
}

function isInstant(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT.*Z$/.test(text) && !Number.isNaN(Date.parse(text));
}

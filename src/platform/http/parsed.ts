import { type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { type z } from 'zod';
import { asError, CasetrailError } from '../../kernel/errors';

type Mistake = Pick<z.core.$ZodIssue, 'path' | 'message'>;

/**
 * Parses a JSON body, which arrives as bytes, or the query string, by a schema. Mistakes are told all at once: those in a
 * query string are 400 `invalid_query`, those in a body 422 `invalid_input`.
 */
export class Parsed<S extends z.ZodType> implements PipeTransform<unknown, z.output<S>> {
  constructor(private readonly schema: S) {}

  transform(value: unknown, { type }: Pick<ArgumentMetadata, 'type'>): z.output<S> {
    const given = Buffer.isBuffer(value) ? jsonOf(value) : (value ?? {});
    const parsed = this.schema.safeParse(given);
    const mistakes = parsed.error?.issues ?? nulsIn(given);
    if (parsed.success && mistakes.length === 0) return parsed.data;
    const detail = mistakes.map(({ path, message }) =>
      path.length === 0 ? message : `${path.join('.')}: ${message}`,
    );
    throw new CasetrailError(type === 'query' ? 'invalid_query' : 'invalid_input', detail.join('; '));
  }
}

/** PostgreSQL's text can't hold it: nothing could be found by it, or stored with it. */
function nulsIn(value: unknown, path: readonly string[] = []): readonly Mistake[] {
  if (typeof value === 'string')
    return value.includes('\0') ? [{ path: [...path], message: 'a NUL character is in no text' }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => nulsIn(member, [...path, name]));
}

function jsonOf(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (thrown) {
    throw new CasetrailError('invalid_input', `The body is not JSON: ${asError(thrown).message}`, {
      cause: thrown,
    });
  }
}

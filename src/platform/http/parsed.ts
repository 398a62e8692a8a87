import { type PipeTransform } from '@nestjs/common';
import { type z } from 'zod';
import { asError, CasetrailError, type ErrorCode } from '../../kernel/errors';

/** Parses a JSON body, which arrives as bytes, or the query, by a schema. Mistakes are told all at once. */
export class Parsed<S extends z.ZodType> implements PipeTransform<unknown, z.output<S>> {
  constructor(
    private readonly schema: S,
    private readonly refusal: ErrorCode = 'invalid_input',
  ) {}

  transform(value: unknown): z.output<S> {
    const parsed = this.schema.safeParse(Buffer.isBuffer(value) ? jsonOf(value) : (value ?? {}));
    if (parsed.success) return parsed.data;
    const mistakes = parsed.error.issues.map(({ path, message }) =>
      path.length === 0 ? message : `${path.join('.')}: ${message}`,
    );
    throw new CasetrailError(this.refusal, mistakes.join('; '));
  }
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

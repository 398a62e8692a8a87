import { type z } from 'zod';
import { type FieldError, type InvalidBody } from './dialect';

const MISSING = ', received undefined';

/** zod's findings under the names the sender knows, in words that say what to send. */
export function invalidBody(
  error: z.ZodError,
  pathOf: (path: string) => string = (path) => path,
): InvalidBody {
  const errors = error.issues.map(({ path, message }): FieldError => {
    const told = message.replace(/^Invalid input: /, '');
    return {
      path: pathOf(path.join('.')),
      message: told.endsWith(MISSING) ? `is required: ${told.slice(0, -MISSING.length)}` : told,
    };
  });
  return { kind: 'invalid', errors };
}

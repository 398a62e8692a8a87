import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { asError, CasetrailError } from '../../kernel/errors';
import { PROBLEM_JSON, problem, type Problem, statusOf } from './problem';

/** Every error leaves as problem+json. What we did not expect is logged whole and told as nothing but a failure. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log = new Logger('http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const answer = this.#problemOf(thrown);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (answer.retry_after_s !== undefined) void reply.header('retry-after', String(answer.retry_after_s));
    if (answer.status === 401) void reply.header('www-authenticate', 'Bearer realm="casetrail"');
    void reply.status(answer.status).header('content-type', PROBLEM_JSON).send(JSON.stringify(answer));
  }

  #problemOf(thrown: unknown): Problem {
    if (thrown instanceof CasetrailError) {
      if (thrown.level === 'error') this.#log.error(thrown.message);
      const status = statusOf(thrown.code);
      return problem(status, thrown.code, thrown.message, status === 503 ? { retry_after_s: 1 } : {});
    }
    if (thrown instanceof HttpException) return ofNest(thrown);
    if (isAboutNul(thrown)) return problem(404, 'not_found', 'Nothing has a NUL character in its name.');
    // Fastify's own refusals (a body too large, a bad request line) carry their status.
    const error = asError(thrown) as Error & { statusCode?: number };
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return problem(
        error.statusCode,
        error.statusCode === 413 ? 'payload_too_large' : 'bad_request',
        error.message,
      );
    }
    this.#log.error(error.stack ?? error.message);
    return problem(500, 'internal_error', 'Something went wrong on our side.');
  }
}

function ofNest(thrown: HttpException): Problem {
  const status = thrown.getStatus();
  const code = status === 404 ? 'not_found' : status === 401 ? 'unauthenticated' : 'bad_request';
  return problem(status, code, thrown.message);
}

/** PostgreSQL holds no such text. What a query or a body says was looked at before, so it stood in the path. */
function isAboutNul(thrown: unknown): boolean {
  const { code, sqlState } = thrown as { code?: unknown; sqlState?: unknown };
  return code === '22021' || sqlState === '22021';
}

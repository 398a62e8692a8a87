import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { type Observable } from 'rxjs';
import { PROJECTIONS } from '../../followers/projections/projections';
import { CasetrailError } from '../../kernel/errors';
import { pause } from '../../kernel/backoff';
import { Parsed } from '../../platform/http/parsed';
import { READINESS, type Readiness } from '../../platform/http/health.controller';
import { READ_DATABASE, type Database } from '../../platform/postgres/database';
import { z } from 'zod';
import { type Asked, type Reply } from '../../platform/http/conditional';
import { readOptions } from './query-fields';

const SECOND = 1000;
const DEFAULT_WAIT_S = 5;
const MAX_WAIT_S = 30;
const LOOK_AGAIN_MS = 20;

const PROJECTED = {
  name: 'rpt_projected_positions',
  text: `
    SELECT l.lane, COALESCE(f.position, 0)::bigint AS position
    FROM es.lane l LEFT JOIN es.follower f ON f.name = $1 AND f.lane = l.lane`,
} as const;

type Positions = ReadonlyMap<number, number>;

const asked = new Parsed(z.object(readOptions));

/**
 * `?at_least=<lane>:<position>`: a caller who was given a position by a webhook's answer reads nothing older than it. The
 * reader waits, the writer never does.
 */
@Injectable()
export class ReadYourWrites implements NestInterceptor {
  #looking: Promise<Positions> | null = null;

  constructor(
    @Inject(READ_DATABASE) private readonly db: Database,
    @Inject(READINESS) private readonly readiness: Readiness,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<Asked & { readonly query: unknown }>();
    const { at_least: wanted } = asked.transform(request.query, { type: 'query' });
    if (wanted !== undefined) {
      const preferred = preferredWait(request.headers['prefer']);
      if (preferred !== null) {
        http.getResponse<Reply>().header('preference-applied', `wait=${preferred}`);
      }
      await this.#visible(wanted, (preferred ?? DEFAULT_WAIT_S) * SECOND);
    }
    return next.handle();
  }

  async #visible(wanted: string, patienceMs: number): Promise<void> {
    const [lane = 0, position = 0] = wanted.split(':').map(Number);
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const reached = (await this.#positions()).get(lane);
      if (reached === undefined)
        throw new CasetrailError('invalid_query', `at_least: there is no lane ${lane}.`);
      if (reached >= position) return;
      if (Date.now() >= deadline || this.readiness.draining) {
        throw new CasetrailError(
          'not_yet_visible',
          `Lane ${lane} can be read up to ${lane}:${reached}, not yet up to ${wanted}. Ask again soon.`,
        );
      }
      await pause(Math.min(LOOK_AGAIN_MS, Math.max(0, deadline - Date.now())));
    }
  }

  /** However many callers wait, one query looks for all of them. */
  #positions(): Promise<Positions> {
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #look(): Promise<Positions> {
    const rows = await this.db.query<{ lane: number; position: number }>({
      ...PROJECTED,
      values: [PROJECTIONS],
    });
    return new Map(rows.map(({ lane, position }) => [lane, position]));
  }
}

/** RFC 7240; null when the caller has no preference. */
function preferredWait(header: string | string[] | undefined): number | null {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  const seconds = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/i.exec(text)?.[1];
  return seconds === undefined ? null : Math.min(Number(seconds), MAX_WAIT_S);
}

import { zoneOf } from '../domain/sla/schedule';
import { reignsOf } from '../domain/sla/versions';
import { startOfLocalDate } from '../domain/sla/zone';
import { CasetrailError } from '../kernel/errors';
import { LAID_OUT_SINCE } from './open-hours';
import { isSame, type Planned } from './plan-apply';
import { type NewSchedule, type ScheduleVersion } from './sla-version';

/**
 * The body applied last shall have been valid since an earlier local date. It then rules up to where it took over by
 * itself, in place of everything applied before.
 */
export function planReprocess(
  versions: readonly ScheduleVersion[],
  date: string,
): Planned<NewSchedule, ScheduleVersion> {
  const latest = versions.findLast(({ reprocessedUntil }) => reprocessedUntil === null);
  if (latest === undefined) throw new Error('a schedule has at least one version');
  const { kind, tenant, name, body, validFrom: until } = latest;
  if (until === null) {
    refuse(`${name} has only the version that is valid from the beginning: there is nothing to restate`);
  }
  const validFrom = startOfLocalDate(zoneOf(body), date);
  if (validFrom >= until) {
    const since = new Date(until).toISOString();
    refuse(`from: version ${latest.version} of ${name} is valid since ${since} anyway; name an earlier date`);
  }
  if (validFrom < LAID_OUT_SINCE) refuse('from: is 2010-01-02 or later');
  const overruled = reignsOf(versions).filter(({ from, to }) => from < until && to > validFrom);
  if (overruled.every(({ version }) => isSame(version.body, body))) return { unchanged: latest };
  const version = versions.length + 1;
  return { made: { kind, tenant, name, version, body, validFrom, reprocessedUntil: until } };
}

function refuse(message: string): never {
  throw new CasetrailError('invalid_input', message);
}

import { freshDatabase } from '../support/database';
import { type AnalystsDesk, openAnalystsDesk, TARGETS } from './support/desk';
import { DAY, SECOND } from './support/help-desk';
import { type Life, livesOf, onceEach } from './support/lives';
import { type Question, questions } from './support/questions';
import {
  businessMs,
  grouped,
  inBerlin,
  mean,
  monthOf,
  percent,
  percentile,
  secondsBetween,
} from './support/reckoning';

type Answer = Readonly<Record<string, unknown>>;

const HOUR = 3600 * SECOND;
const LATE_MS = 60 * SECOND;

jest.setTimeout(120_000);

describe("the questions of the analysts' guide, asked as an analyst", () => {
  const database = freshDatabase();
  let desk: AnalystsDesk;
  let lives: readonly Life[];
  let counted: readonly Life[];

  beforeAll(async () => {
    desk = await openAnalystsDesk(database);
    lives = livesOf(desk.told);
    counted = lives.filter(({ isExcluded }) => !isExcluded);
  });
  afterAll(() => desk.close());

  async function ask({ sql }: Question): Promise<readonly Answer[]> {
    const rows = await desk.analyst.query<{ row: Answer }>({
      text: `SELECT row_to_json(asked) AS row FROM (${sql.trim().replace(/;$/, '')}) asked`,
    });
    return rows.map(({ row }) => row);
  }

  /** Of the question with these words in it: the columns that are asked for. */
  async function answers(words: string, ...columns: string[]): Promise<readonly unknown[][]> {
    const question = questions().find(({ title }) => title.includes(words));
    if (question === undefined) throw new Error(`nobody asks about ${words}`);
    return (await ask(question)).map((row) => columns.map((column) => row[column]));
  }

  it('are numbered, and at least twenty', () => {
    const numbers = questions().map(({ no }) => no);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(numbers.length).toBeGreaterThanOrEqual(20);
  });

  it.each(questions().map((question) => [question.title, question] as const))('%s', async (_, question) =>
    expect((await ask(question)).length).toBeGreaterThan(0),
  );

  it('count first responses by week as the story tells them', async () => {
    const opened = counted.flatMap(({ openedAt, firstAnswerAt }) =>
      openedAt === null ? [] : [{ openedAt, firstAnswerAt }],
    );
    const expected = grouped(opened, ({ openedAt }) => inBerlin(openedAt).week).map(([week, tickets]) => {
      const waits = tickets.flatMap(({ openedAt: from, firstAnswerAt: to }) =>
        to === null ? [] : [{ from, to }],
      );
      const seconds = waits.map(({ from, to }) => secondsBetween(from, to));
      const business = waits.map(({ from, to }) => Math.floor(businessMs(from, to) / SECOND));
      const spread = [percentile(0.5, seconds), percentile(0.9, seconds), mean(seconds)];
      return [week, tickets.length, waits.length, ...spread, percentile(0.5, business)];
    });
    expect(
      await answers(
        'first response',
        'week',
        'tickets',
        'answered',
        'median_seconds',
        'p90_seconds',
        'mean_seconds',
        'median_business_seconds',
      ),
    ).toEqual(expected);
  });

  it('count kept promises as the story and the opening hours tell them', async () => {
    const judged = counted.flatMap(({ openedAt, firstAnswerAt, solutions }) => {
      const until = firstAnswerAt ?? solutions[0];
      if (openedAt === null || until === undefined) return [];
      const elapsed = businessMs(openedAt, until);
      const isMet = elapsed <= TARGETS.first_response * SECOND;
      // Solved in time without an answer: neither met nor broken.
      return isMet && firstAnswerAt === null ? [] : [{ month: monthOf(openedAt), elapsed, isMet }];
    });
    const expected = grouped(judged, ({ month }) => month).map(([month, cases]) => {
      const met = cases.filter(({ isMet }) => isMet).length;
      const p90 = percentile(
        0.9,
        cases.map(({ elapsed }) => Math.floor(elapsed / SECOND)),
      );
      return ['first_response', month, met, cases.length - met, Number(percent(met, cases.length)), p90];
    });
    const columns = ['metric', 'month', 'met', 'breached', 'percent_met', 'p90_elapsed_seconds'];
    const found = await answers('keep our promises', ...columns);
    expect(found.filter(([metric]) => metric === 'first_response')).toEqual(expected);
    expect(new Set(found.map(([metric]) => metric)).size).toBe(3);
  });

  it('count the backlog of an instant as the story tells it', async () => {
    const instant = Date.now() - 30 * HOUR;
    const then = counted.flatMap(
      ({ statuses }) => statuses.findLast(({ at }) => at <= instant)?.status ?? [],
    );
    const open = then.filter((status) => status !== 'resolved' && status !== 'closed');
    const expected = grouped(open, (status) => status).map(([status, all]) => [status, all.length]);
    expect(expected.length).toBeGreaterThan(1);
    const found = await answers('at a given instant', 'status', 'tickets');
    expect([...found].sort()).toEqual(expected);
  });

  it('count the backlog of every day as the story tells it', async () => {
    const openAfter = (day: unknown): number =>
      lives.filter(({ statuses }) => {
        const last = statuses.findLast(({ at }) => inBerlin(at).date <= String(day))?.status ?? 'resolved';
        return last !== 'resolved' && last !== 'closed';
      }).length;
    const found = await answers('backlog develop', 'day', 'open_tickets');
    expect(found.length).toBeGreaterThan(10);
    expect(found).toEqual(found.map(([day]) => [day, openAfter(day)]));
  });

  it('count what came back as the story tells it', async () => {
    const solved = counted.filter(({ solutions }) => solutions.length > 0);
    const expected = grouped(solved, ({ solutions }) => monthOf(solutions[0] ?? 0)).map(([month, all]) => {
      const reopened = all.filter(({ reopenings }) => reopenings > 0);
      return [month, all.length, reopened.length, reopened.filter(({ isDone }) => isDone).length];
    });
    const columns = ['month', 'solved', 'reopened', 'solved_at_last'];
    expect(await answers('solutions hold', ...columns)).toEqual(expected);
  });

  it('credit agents as the story tells it', async () => {
    const since = Date.now() - 30 * DAY;
    const turns = counted.flatMap(({ turns: all }) =>
      all.flatMap(({ since: from, until, answeredBy: agent }) =>
        agent === null || until < since ? [] : [{ agent, seconds: secondsBetween(from, until) }],
      ),
    );
    const expected = grouped(turns, ({ agent }) => agent).map(([agent, all]) => {
      const waits = all.map(({ seconds }) => seconds);
      return [agent, waits.length, percentile(0.5, waits), percentile(0.9, waits)];
    });
    const columns = ['agent_id', 'answers', 'median_wait_seconds', 'p90_wait_seconds'];
    expect([...(await answers('do agents answer', ...columns))].sort()).toEqual(expected);
  });

  it('count what comes in and what goes out as the story tells it', async () => {
    const created = counted.map(({ openedAt, statuses }) => openedAt ?? statuses[0]?.at ?? 0);
    const solved = counted.flatMap(({ solutions }) => solutions);
    const on = (date: unknown, instants: readonly number[]): number =>
      instants.filter((at) => inBerlin(at).date === date).length;
    const found = await answers('come in than go out', 'date', 'created', 'solved');
    expect(found).toEqual(found.map(([date]) => [date, on(date, created), on(date, solved)]));
    expect(found).toHaveLength(42);
    expect(found.reduce((sum, [, came]) => sum + Number(came), 0)).toBeGreaterThan(200);
  });

  it('find the busiest hours that the story has', async () => {
    const written = onceEach(desk.told).flatMap(({ happening: said }) => {
      const isCustomers = said.kind === 'opened' || (said.kind === 'message' && said.from === 'customer');
      return isCustomers && said.at >= Date.now() - 42 * DAY ? [inBerlin(said.at)] : [];
    });
    const expected = grouped(written, ({ weekday, hour }) => `${weekday}/${hour}`)
      .map(([, all]) => [all[0]?.weekday ?? 0, all[0]?.hour ?? 0, all.length] as const)
      .sort((a, b) => b[2] - a[2] || a[0] - b[0] || a[1] - b[1]);
    expect(await answers('do customers write', 'weekday', 'hour', 'messages')).toEqual(expected);
  });

  it('count one-touch solutions as the story tells them', async () => {
    const solved = counted.filter(({ isDone }) => isDone);
    const expected = grouped(solved, ({ solutions }) => inBerlin(solutions.at(-1) ?? 0).month).map(
      ([month, all]) => [
        month,
        all.length,
        all.filter(({ answerRuns, reopenings }) => answerRuns === 1 && reopenings === 0).length,
        all.filter(({ answerRuns }) => answerRuns === 0).length,
      ],
    );
    const columns = ['month', 'solved', 'with_one_answer', 'without_any'];
    expect(await answers('with one answer', ...columns)).toEqual(expected);
  });

  it('count deliveries as they were made', async () => {
    const from = Math.floor(Date.now() / DAY) * DAY - 30 * DAY;
    const arrived = desk.told.filter(({ receivedAt }) => receivedAt >= from);
    const first = onceEach(desk.told).filter(({ receivedAt }) => receivedAt >= from);
    const late = first.filter(({ receivedAt, happening }) => receivedAt - happening.at > LATE_MS).length;
    const shares = [first.length, arrived.length - first.length, Number(percent(late, first.length))];
    const columns = ['source', 'events', 'duplicates', 'percent_late', 'longest_lag_seconds'];
    expect(await answers('delivers late', ...columns)).toEqual([['acme', ...shares, 18_001]]);
  });

  it('count what advertisements brought as it was told', async () => {
    const expected = grouped(
      counted.filter(({ openedAt }) => openedAt !== null),
      ({ isAdvertised }) => (isAdvertised ? 'autumn' : 'spring'),
    ).map(([campaign, all]) => {
      const conversations = all.reduce((sum, { reopenings }) => sum + 1 + reopenings, 0);
      return [campaign, all.length, conversations, all.filter(({ isDone }) => isDone).length];
    });
    const found = await answers('Which advertisement', 'campaign', 'tickets', 'conversations', 'solved');
    expect([...found].sort()).toEqual(expected);
  });

  it('know whom not to trust, who handed over, and that everything adds up', async () => {
    expect([...(await answers("can't be trusted", 'ticket_key', 'why'))].sort()).toEqual([
      ['acme/TKT-GAP', ['a step never arrived']],
      ['acme/TKT-LOST', ['its creation never arrived']],
      ['acme/TKT-MERGED', ['the sender says open']],
    ]);
    expect(await answers('hands tickets to whom', 'from_agent', 'to_agent', 'hand_overs')).toEqual([
      ['A-1', 'A-2', 1],
      ['A-2', 'A-3', 1],
    ]);
    expect(await answers('business hours counted right', 'schedule_id', 'differ')).toEqual([
      ['acme/berlin', 0],
    ]);
    for (const [differ] of await answers('whose court', 'do_not_add_up')) expect(differ).toBe(0);
    const restated = await answers('from what to what', 'ticket_key', 'old_value', 'new_value');
    expect(restated).toContainEqual(['acme/TKT-LATE', null, '1200']);
  });

  it('explain a broken target down to its last second', async () => {
    const segments = await answers(
      'Every second of it',
      'ticket_key',
      'metric',
      'counted_so_far',
      'broken_here',
    );
    const [key, metric, total] = segments.at(-1) ?? [];
    const [worst] = await desk.analyst.query<Answer>({
      text: `SELECT ticket_key, metric, elapsed_seconds FROM rpt.sla_instance
             WHERE outcome = 'breached' ORDER BY overrun_seconds DESC, instance_id LIMIT 1`,
    });
    expect({ ticket_key: key, metric, elapsed_seconds: total }).toEqual(worst);
    expect(segments.filter(([, , , isHere]) => isHere === true)).toHaveLength(1);
  });
});

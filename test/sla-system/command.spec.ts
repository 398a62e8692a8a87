import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExplainedTicket } from '../../src/sla/explain/explain-ticket';
import { desk } from '../cli/support/desk';
import { listed, momentsOf, scenarios, type SlaScenario } from '../sla/support/golden';
import { slaFileOf, tenantOf } from './support/golden-desk';
import { linesOf, profileOf } from './support/golden-lines';

const COLUMNS = 100;
const named = scenarios.map((scenario) => [`${scenario.id} ${scenario.title}`, scenario] as const);

jest.setTimeout(120_000);

describe('sla apply, import and explain, as they are typed', () => {
  const on = desk();

  function file(name: string, content: string): string {
    const path = join(on.directory, name);
    writeFileSync(path, content);
    return path;
  }

  async function imported(scenario: SlaScenario): Promise<string> {
    const { id, events, bot_answers: botAnswers = false } = scenario;
    const tenant = tenantOf(scenario);
    const settings = { bot_answers: botAnswers };
    await on.app.addSource({ name: tenant, profile: profileOf(events), tenant, settings });
    await on.json('sla', 'apply', '--file', file(`${id}.json`, JSON.stringify(slaFileOf(scenario))));
    const lines = linesOf(events, id).map((line) => JSON.stringify(line));
    await on.json('import', '--source', tenant, '--file', file(`${id}.ndjson`, lines.join('\n')));
    return `${tenant}/${id}`;
  }

  it.each(named)('%s', async (_name, scenario) => {
    const ticket = await imported(scenario);
    for (const { as_of: asOf, expect: wanted } of momentsOf(scenario)) {
      const explained = await on.json<ExplainedTicket>('explain', ticket, '--as-of', asOf);
      expect(Object.keys(explained)).toEqual(['ticket', 'as_of', 'figures', 'because']);
      expect(listed(explained.figures, wanted)).toEqual(wanted);
    }
  });

  it('explains on a terminal, in the time of the schedule', async () => {
    const { code, stdout } = await on.casetrail('explain', 'G05');
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^Ticket g05\/G05 as of .* times in America\/New_York$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(COLUMNS);
    expect(stdout).toMatch(/first_response_business_seconds +\d+ s/);
    expect(stdout).toMatch(/because of #1 ticket\.created, #2 message\.received/);
    expect(stdout).toMatch(/closed_hours/);
  });

  it('takes an id where it is the only one, and says what to add where it is not', async () => {
    await on.app.addSource({ name: 'twin', profile: 'telegram-crm', tenant: 'twin' });
    const [scenario] = scenarios;
    const lines = linesOf(scenario?.events ?? [], 'G05').map((line) => JSON.stringify(line));
    await on.json('import', '--source', 'twin', '--file', file('twin.ndjson', lines.join('\n')));
    expect(await on.refusal('explain', 'G05')).toMatch(/add --source <name>, or ask for <tenant>\/G05/);
    const explained = await on.json<ExplainedTicket>('explain', 'G05', '--source', 'twin');
    expect(explained.ticket).toBe('twin/G05');
    expect(await on.refusal('explain', 'g05/G05', '--as-of', '9999-12-31T23:59:59Z')).toMatch(
      /two years from now/,
    );
    expect(await on.refusal('explain', 'nobody')).toBe('casetrail: There is no ticket nobody.\n');
  });
});

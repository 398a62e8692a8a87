import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SlaListing } from '../../src/sla/list-sla';
import { type SlaChange } from '../../src/sla/sla-change-view';
import { temporaryDataDir } from '../support/cluster';
import { freshDatabase } from '../support/database';
import { type Ended, runCommand } from '../support/node';
import { hours, policy } from './support/desk';

describe('the command casetrail sla', () => {
  const database = freshDatabase();
  let directory: string;

  beforeAll(() => {
    directory = temporaryDataDir();
  });

  const sla = (...args: string[]): Promise<Ended> =>
    runCommand(['sla', ...args], {
      DATABASE_URL: database.url,
      CASETRAIL_DATA_DIR: directory,
      KAFKA: 'off',
    });

  function file(content: unknown): string {
    const path = join(directory, 'sla.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  it('applies a file, lists what there is, and restates', async () => {
    const office = { schedules: { office: hours('09:00', '17:00') }, tenant: 'acme' };
    const applied = await sla('apply', '--file', file({ ...office, schedule: 'office', policy }), '--json');
    const { made } = JSON.parse(applied.output) as SlaChange;
    expect(made.map(({ id, version }) => [id, version])).toEqual([
      ['acme/office', 1],
      ['tenant/acme', 1],
    ]);
    await sla('apply', '--file', file({ ...office, schedules: { office: hours('10:00', '17:00') } }));
    const restated = await sla('reprocess', '--schedule', 'office', '--from', '2026-03-02');
    expect(restated).toMatchObject({
      code: 0,
      output: expect.stringContaining('schedule acme/office  version 3') as unknown,
    });
    const listed = JSON.parse((await sla('list', '--json')).output) as SlaListing;
    expect(listed.schedules.map(({ version, in_force }) => [version, in_force])).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
  });

  it('tells of mistakes and changes nothing', async () => {
    const broken = await sla('apply', '--file', file('{'));
    expect(broken).toMatchObject({ code: 1, output: expect.stringContaining('sla.json: ') as unknown });
    const mistaken = await sla('apply', '--file', file({ polices: null }));
    const output = 'casetrail: Unrecognized key: "polices"; schedules: nothing is here to apply\n';
    expect(mistaken).toMatchObject({ code: 1, output });
    expect((await sla('reprocess', '--schedule', 'x', '--from', 'monday')).code).toBe(1);
  });
});

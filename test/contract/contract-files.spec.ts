import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncApiDocument } from '../../src/relay/contract/asyncapi';
import { typesOn } from '../../src/relay/contract/envelope';
import { sampleTypes } from '../relay/support/sample-events';

const ROOT = join(__dirname, '../..');

describe('the committed contract', () => {
  // In a process of its own: the formatter is an ES module.
  it('is what the code says', () => {
    const args = ['test/runtime/run-typescript.cjs', 'test/contract/write-contract.ts', '--check'];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('names every type that the relay can publish', () => {
    expect([...typesOn['ticket-events']].sort()).toEqual([...sampleTypes].sort());
  });

  it('has the names that topics get by default', () => {
    const committed = JSON.parse(readFileSync(join(ROOT, 'docs/contract/asyncapi.json'), 'utf8')) as unknown;
    expect(asyncApiDocument({ topicPrefix: 'casetrail.', lanes: 8 })).toEqual(committed);
  });
});

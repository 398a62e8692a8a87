import { parseArgs } from 'node:util';

export interface Options {
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: number;
  readonly idleSnapshot: boolean;
  /** Contenders to leave out: for a quick look; the ratios to them are then missing. */
  readonly without: ReadonlySet<string>;
}

export function readOptions(defaults: Pick<Options, 'seconds' | 'rounds' | 'connections'>): Options {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      connections: { type: 'string' },
      'idle-snapshot': { type: 'boolean', default: false },
      without: { type: 'string', default: '' },
    },
  });
  return {
    seconds: positive('seconds', values.seconds, defaults.seconds),
    rounds: positive('rounds', values.rounds, defaults.rounds),
    connections: positive('connections', values.connections, defaults.connections),
    idleSnapshot: values['idle-snapshot'],
    without: new Set(values.without.split(',').filter((name) => name !== '')),
  };
}

function positive(name: string, given: string | undefined, otherwise: number): number {
  const value = given === undefined ? otherwise : Number(given);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} needs a whole number from 1 on`);
  return value;
}

import { type Vector } from './vector';

type Vectors = ReadonlyMap<string, readonly Vector[]>;

const ROWS = Array.from({ length: 26 }, (_, index) => index + 1);

const TROUBLE = "the receiver's own trouble: no request brings it about, tests that make it do";
/** What no vector can show, and why. */
const OUT_OF_REACH: Readonly<Record<number, string>> = { 2: TROUBLE, 24: TROUBLE, 25: TROUBLE };
const NOT_OF_THIS_PROFILE: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  'telegram-bot': { 23: 'a topic only closes and reopens, and no ticket refuses that' },
};

/** Why a profile has no vector of a row. */
export function reasonFor(profile: string, row: number): string | null {
  return OUT_OF_REACH[row] ?? NOT_OF_THIS_PROFILE[profile]?.[row] ?? null;
}

export interface Cell {
  readonly profile: string;
  readonly row: number;
  readonly vectors: number;
}

export function cellsOf(vectors: Vectors): readonly Cell[] {
  return [...vectors].flatMap(([profile, own]) =>
    ROWS.map((row) => ({ profile, row, vectors: own.filter((one) => one.row === row).length })),
  );
}

/** Row by profile: the number of vectors, or a note that says why there is none. */
export function coveragePage(vectors: Vectors): string {
  const profiles = [...vectors.keys()];
  const cells = cellsOf(vectors);
  const notes = [...new Set(cells.flatMap(({ profile, row }) => reasonFor(profile, row) ?? []))];
  const shown = (profile: string, row: number): string => {
    const reason = reasonFor(profile, row);
    const count = cells.find((cell) => cell.profile === profile && cell.row === row)?.vectors ?? 0;
    return reason === null ? String(count) : `[${notes.indexOf(reason) + 1}]`;
  };
  const lines = ROWS.map((row) => [String(row), ...profiles.map((profile) => shown(profile, row))]);
  const totals = profiles.map((profile) => String(vectors.get(profile)?.length ?? 0));
  return [
    '# Vectors by row of the check table and profile\n',
    ...table([['row', ...profiles], ...lines, ['all', ...totals]]),
    '',
    ...notes.map((note, index) => `- [${index + 1}] ${note}.`),
    '',
  ].join('\n');
}

function table([head = [], ...body]: readonly (readonly string[])[]): string[] {
  const widths = head.map((_name, column) =>
    Math.max(...[head, ...body].map((line) => line[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}

import { readFileSync } from 'node:fs';

/** Linux counts CPU time in ticks of 10 ms, on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

interface Ticks {
  readonly own: number;
  readonly reapedChildren: number;
}

/** CPU seconds that a process has used so far, in all its threads. */
export function cpuSeconds(pid: number): number {
  return ticksOf(pid).own / TICKS_PER_SECOND;
}

/** With its children, living and gone: a PostgreSQL server by its first process. */
export function cpuSecondsWithChildren(pid: number): number {
  const { own, reapedChildren } = ticksOf(pid);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  const living = children.reduce((sum, child) => sum + ticksOf(Number(child)).own, 0);
  return (own + reapedChildren + living) / TICKS_PER_SECOND;
}

function ticksOf(pid: number): Ticks {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return { own: 0, reapedChildren: 0 };
  }
  // The command's name stands in parentheses and may hold anything, so count fields from the last one on.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
  return { own: user + system, reapedChildren: childUser + childSystem };
}

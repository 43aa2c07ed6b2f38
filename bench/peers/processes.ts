import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc/<pid>/stat: 100 a second on Linux. Source: man 5 proc, sysconf(_SC_CLK_TCK). */
const TICK_MS = 10;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly cpuMs: number;
}

/** Every process of these roots, descendants included. */
function tree(roots: readonly number[]): readonly Stat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)));
  const found = all.filter(({ pid }) => roots.includes(pid));
  for (const one of found) found.push(...all.filter(({ pid, parent }) => parent === one.pid && !roots.includes(pid)));
  return found;
}

/** CPU time since their start, that of children that have ended included. */
export function cpuMs(roots: readonly number[]): number {
  return tree(roots).reduce((sum, stat) => sum + stat.cpuMs, 0);
}

/** Resident memory, pages that processes share counted once (PSS): Postgres's are one buffer in many processes. */
export function memoryKb(roots: readonly number[]): number {
  return tree(roots).reduce((sum, { pid }) => sum + readPssKb(pid), 0);
}

/** Children of a process whose command line holds this text. */
export function childrenOf(parent: number, text: string): readonly number[] {
  return tree([parent])
    .filter((stat) => stat.parent === parent && readOr(`/proc/${stat.pid}/cmdline`).includes(text))
    .map(({ pid }) => pid);
}

function readStat(pid: number): readonly Stat[] {
  const text = readOr(`/proc/${pid}/stat`);
  // Fields after the command, which is in parentheses and may hold spaces: state, ppid, ... utime is the 14th of all.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 15) return [];
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  return [{ pid, parent: Number(fields[1]), cpuMs: ticks * TICK_MS }];
}

function readPssKb(pid: number): number {
  return Number(/^Pss: +(\d+) kB/m.exec(readOr(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** As far as it is read. Source: https://github.com/stryker-mutator/mutation-testing-elements, report-schema. */
export interface MutationReport {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly location: { readonly start: Position; readonly end: Position };
}

/** From 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

const NOTICED: ReadonlySet<string> = new Set(['Killed', 'Timeout']);
const UNNOTICED: ReadonlySet<string> = new Set(['Survived', 'NoCoverage']);

/** By the file and the change, as the report shows it: why no call is lost by it and no end told wrongly. */
export type HarmlessChanges = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Shape: what the run found, what is known of changes → a Markdown text, the part noticed, how many others nobody judged. */
export function toMutantsReport(
  { files }: MutationReport,
  harmless: HarmlessChanges,
): { readonly text: string; readonly score: number; readonly unjudged: number } {
  const rows = Object.entries(files).map(([path, { source, mutants }]) => ({
    path,
    noticed: mutants.filter(({ status }) => NOTICED.has(status)).length,
    survivors: mutants
      .filter(({ status }) => UNNOTICED.has(status))
      .map((mutant) => judge(mutant.location.start.line, toChange(source, mutant), harmless[path])),
  }));
  const noticed = rows.reduce((sum, row) => sum + row.noticed, 0);
  const all = rows.reduce((sum, row) => sum + row.noticed + row.survivors.length, 0);
  const table = rows.map(({ path, noticed: count, survivors }) => {
    const ofFile = count + survivors.length;
    return `| \`${path}\` | ${ofFile} | ${count} | ${percent(count, ofFile)} |`;
  });
  const text = [
    '# Mutants',
    '',
    `\`npm run mutants\`: ${noticed} of ${all} changes to the decisions were noticed by a unit test: ${percent(noticed, all)}.`,
    'Texts are not changed. A change that the unit tests do not notice may still fail the simulation or a golden history.',
    '',
    '| file | mutants | noticed | |',
    '| --- | --- | --- | --- |',
    ...table,
    '',
    '## Not noticed',
    ...rows.flatMap(({ path, survivors }) =>
      survivors.length === 0 ? [] : ['', `\`${path}\``, '', ...survivors.map(({ line }) => line)],
    ),
    '',
  ].join('\n');
  const unjudged = rows.flatMap(({ survivors }) => survivors).filter(({ isJudged }) => !isJudged).length;
  return { text, score: all === 0 ? 0 : noticed / all, unjudged };
}

function judge(line: number, change: string, harmless: Readonly<Record<string, string>> = {}) {
  const reason = harmless[change];
  return { line: `- line ${line}: ${change}: ${reason ?? 'not judged'}`, isJudged: reason !== undefined };
}

function toChange(source: string, { location: { start, end }, replacement = '' }: Mutant): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = (lines.at(-1) ?? '').slice(0, end.column - 1);
  lines[0] = (lines[0] ?? '').slice(start.column - 1);
  return `\`${oneLine(lines.join(' '))}\` → \`${oneLine(replacement)}\``;
}

function oneLine(code: string): string {
  const text = code.replace(/\s+/g, ' ').trim();
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

function percent(part: number, all: number): string {
  return all === 0 ? '–' : `${((100 * part) / all).toFixed(1)} %`;
}

import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SETTING_NAMES, type SettingDescription } from '../src/settings/catalog.ts';

/** Writes the table of settings into README.md, between its two marks, from the one list the parser uses. */
const START = '<!-- settings: npm run settings-table -->';
const END = '<!-- /settings -->';

/** The README with its table as it should be. Errors: Error when the marks are missing. */
export function withSettingsTable(readme: string): string {
  const [before, rest] = splitOnce(readme, START);
  const [, after] = splitOnce(rest, END);
  return `${before}${START}\n${toTable()}\n${END}${after}`;
}

function toTable(): string {
  const rows = SETTING_NAMES.map((setting: SettingDescription) => {
    return `| \`${setting.name}\` | ${toStandard(setting)} | ${setting.description.replaceAll('|', '\\|')} |`;
  });
  return ['| setting | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function toStandard({ default: standard, required }: SettingDescription): string {
  if (required === true) return '**required**';
  const parts = [standard, required === false ? undefined : `required when ${required}`];
  return parts.filter((part) => part !== undefined).join('; ') || 'none';
}

function splitOnce(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`README.md lacks the mark ${mark}.`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

if (import.meta.main) {
  const path = resolve(import.meta.dirname, '../README.md');
  await writeFile(path, withSettingsTable(await readFile(path, 'utf8')));
}

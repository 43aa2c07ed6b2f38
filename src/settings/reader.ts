import type * as z from 'zod/mini';
import { SETTING_NAMES, type SettingName } from './catalog.ts';

/** A setting that cannot be used. No text holds the value: it may be a secret, or a secret in the wrong place. */
export interface SettingProblem {
  readonly setting: SettingName;
  readonly problem: string;
  /** A value that would be accepted, or how to make one. */
  readonly example: string;
}

/** Reads settings one by one and remembers every problem, so that all of them can be told at once. */
export interface SettingReader {
  readonly problems: readonly SettingProblem[];
  has(name: SettingName): boolean;
  /** The parsed value; undefined when it is absent or blank, and, with a problem, when the schema refuses it. */
  optional<T>(name: SettingName, schema: z.ZodMiniType<T, string>): T | undefined;
  /** Like optional, but absence is a problem too; `because` says when it is needed. */
  required<T>(name: SettingName, schema: z.ZodMiniType<T, string>, because?: string): T | undefined;
  refuse(name: SettingName, problem: string): void;
}

export function createSettingReader(env: Readonly<Record<string, string | undefined>>): SettingReader {
  const problems: SettingProblem[] = [];
  const textOf = (name: SettingName) => env[name]?.trim() ?? '';

  function refuse(setting: SettingName, problem: string): void {
    const example = SETTING_NAMES.find(({ name }) => name === setting)?.example ?? '';
    problems.push({ setting, problem, example });
  }

  function optional<T>(name: SettingName, schema: z.ZodMiniType<T, string>): T | undefined {
    if (textOf(name) === '') return undefined;
    const parsed = schema.safeParse(textOf(name));
    if (parsed.success) return parsed.data;
    refuse(name, parsed.error.issues[0]?.message ?? 'is not valid');
    return undefined;
  }

  function required<T>(name: SettingName, schema: z.ZodMiniType<T, string>, because?: string): T | undefined {
    if (textOf(name) === '') refuse(name, because === undefined ? 'is missing' : `is missing: ${because}`);
    return optional(name, schema);
  }

  return { problems, has: (name) => textOf(name) !== '', optional, required, refuse };
}

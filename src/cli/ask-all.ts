import type { Api } from './api.ts';
import { CliError } from './cli-error.ts';

/** What one app of several answered. */
export interface Told<T> {
  readonly url: string;
  readonly answer: T;
}

/**
 * Asks every app at once. One that fails must not hide the others: its problem is told, and they are shown.
 *
 * Errors: the CliError of the first app when none answers.
 */
export async function askAll<T>(
  apis: readonly Api[],
  ask: (api: Api) => Promise<T>,
  complain: (problem: string) => void,
): Promise<readonly Told<T>[]> {
  const told: Told<T>[] = [];
  const problems: { readonly url: string; readonly error: CliError }[] = [];
  const results = await Promise.allSettled(apis.map(ask));
  for (const [index, { url }] of apis.entries()) {
    const result = results[index];
    if (result?.status === 'fulfilled') told.push({ url, answer: result.value });
    else if (result?.reason instanceof CliError) problems.push({ url, error: result.reason });
    else throw result?.reason;
  }
  const last = told.length === 0 ? problems.shift() : undefined;
  for (const { url, error } of problems)
    complain(error.message.includes(url) ? error.message : `${url}: ${error.message}`);
  if (last !== undefined) throw last.error;
  return told;
}

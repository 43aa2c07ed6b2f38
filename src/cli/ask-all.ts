import { type Api, UnreachableError } from './api.ts';

/** What one app of several answered. */
export interface Told<T> {
  readonly url: string;
  readonly answer: T;
}

/**
 * Asks every app at once. One that cannot be reached must not hide the others: its problem is told, and they are shown.
 *
 * Errors: CliError of an app that refuses; UnreachableError when none can be reached.
 */
export async function askAll<T>(
  apis: readonly Api[],
  ask: (api: Api) => Promise<T>,
  complain: (problem: string) => void,
): Promise<readonly Told<T>[]> {
  const results = await Promise.all(
    apis.map(async (api) => {
      try {
        return { url: api.url, answer: await ask(api) };
      } catch (error) {
        if (error instanceof UnreachableError) return error;
        throw error;
      }
    }),
  );
  const told = results.flatMap((result) => (result instanceof UnreachableError ? [] : [result]));
  const problems = results.flatMap((result) => (result instanceof UnreachableError ? [result] : []));
  const [first] = problems;
  if (told.length === 0 && first !== undefined) throw first;
  for (const { message } of problems) complain(message);
  return told;
}

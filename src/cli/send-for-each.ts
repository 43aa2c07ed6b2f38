import { UnreachableError } from './api.ts';
import type { ApiAnswer } from './api-answer.ts';
import { EXIT } from './exit-codes.ts';
import { sideBySide } from './side-by-side.ts';

const AT_ONCE = 8;
/** The status of an answer that did not come. */
const NO_ANSWER = 0;

/**
 * Sends a request for each call, and reports each answer: a call for which none comes keeps no other from its own.
 *
 * Shape: `done` = the status that is wanted → exit code.  Errors: CliError when the app refuses, or is none.
 */
export async function sendForEach(
  ids: readonly string[],
  done: number,
  send: (id: string) => Promise<ApiAnswer>,
  report: (id: string, answer: ApiAnswer) => void,
): Promise<number> {
  const failures: number[] = [];
  await sideBySide(ids, AT_ONCE, async (id) => {
    const answer = await send(id).catch(toNoAnswer);
    if (answer.status !== done) failures.push(answer.status);
    report(id, answer);
  });
  if (failures.length === 0) return EXIT.done;
  return failures.every((status) => status === 404) ? EXIT.unknownCall : EXIT.failed;
}

function toNoAnswer(error: unknown): ApiAnswer {
  if (!(error instanceof UnreachableError)) throw error;
  return { url: '', status: NO_ANSWER, body: { detail: error.message }, retryAfterSeconds: undefined };
}

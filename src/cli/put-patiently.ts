import { parseCallId } from '../core/call-record/call-id.ts';
import { type Api, UnreachableError } from './api.ts';
import { type ApiAnswer, mayPass } from './api-answer.ts';
import type { CliIo } from './cli-io.ts';

/** What became of a registration. `unknown`: Graph knows no such call, so it is not kept alive. */
export type Outcome = 'registered' | 'running' | 'unknown' | 'refused';

const TRIES = 4;
const LONGEST_WAIT_SECONDS = 30;

/** The answer of the app to what is no call id, without asking it: `..` would lead elsewhere. */
const NO_CALL_ID = {
  status: 400,
  body: { status: 400, detail: 'This is no call id: give the GUID of the call, with or without dashes.' },
  retryAfterSeconds: undefined,
} as const;

/** A busy app asks for patience; one that restarts is back soon. Errors: UnreachableError when it does not come back. */
export async function putPatiently(io: CliIo, api: Api, id: string, body: object): Promise<ApiAnswer> {
  if (parseCallId(id) === undefined) return { url: api.url, ...NO_CALL_ID };
  for (let tries = 1; ; tries++) {
    let waitSeconds = 2 ** tries / 2;
    try {
      const answer = await api.send('PUT', `calls/${encodeURIComponent(id)}`, { body });
      if (!mayPass(answer) || tries === TRIES) return answer;
      waitSeconds = Math.max(waitSeconds, answer.retryAfterSeconds ?? 0);
    } catch (error) {
      if (!(error instanceof UnreachableError) || tries === TRIES) throw error;
    }
    await io.sleep(Math.min(waitSeconds, LONGEST_WAIT_SECONDS) * 1_000);
  }
}

export function toOutcome({ status }: ApiAnswer): Outcome {
  switch (status) {
    case 202:
      return 'registered';
    case 200:
      return 'running';
    case 404:
      return 'unknown';
    default:
      return 'refused';
  }
}

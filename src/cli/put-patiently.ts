import { type Api, type ApiAnswer, UnreachableError } from './api.ts';
import type { CliIo } from './cli-io.ts';

/** What became of a registration. `unknown`: Graph knows no such call, so it is not kept alive. */
export type Outcome = 'registered' | 'running' | 'unknown' | 'refused';

const TRIES = 4;
const LONGEST_WAIT_SECONDS = 30;

/** A busy app asks for patience; one that restarts is back soon. Errors: UnreachableError when it does not come back. */
export async function putPatiently(io: CliIo, api: Api, id: string, body: object): Promise<ApiAnswer> {
  for (let tries = 1; ; tries++) {
    let waitSeconds = 2 ** tries / 2;
    try {
      const answer = await api.send('PUT', `calls/${encodeURIComponent(id)}`, { body });
      if ((answer.status !== 503 && answer.status !== 429) || tries === TRIES) return answer;
      waitSeconds = answer.retryAfterSeconds ?? waitSeconds;
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

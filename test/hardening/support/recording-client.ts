import type { RawClient } from './raw-client.ts';
import type { RawAnswer } from './raw-request.ts';

/** The same client, and the text of every answer it got, with what was asked. */
export function recordAnswers(client: RawClient): RawClient & { readonly answers: readonly string[] } {
  const answers: string[] = [];
  const record = async (asked: string, sent: Promise<RawAnswer>): Promise<RawAnswer> => {
    const answer = await sent;
    answers.push(`${asked}: ${answer.status} ${JSON.stringify(answer.headers)} ${answer.body}`);
    return answer;
  };
  return {
    ...client,
    answers,
    notify: (request) => record('notification', client.notify(request)),
    send: (path, request) => record(toLabel(request.method, path), client.send(path, request)),
    operate: (method, path, request) => record(toLabel(method, path), client.operate(method, path, request)),
  };
}

/** The first two segments: what follows may be a secret. */
function toLabel(method: string | undefined, path: string): string {
  return `${method} ${path.split(/[/?]/).slice(0, 3).join('/')}`;
}

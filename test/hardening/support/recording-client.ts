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
    // What was asked may hold a secret itself.
    send: (path, request) =>
      record(`${request.method} ${path.split('?')[0]?.slice(0, 12)}`, client.send(path, request)),
    operate: (method, path, request) => record(`${method} ${path.slice(0, 10)}`, client.operate(method, path, request)),
  };
}

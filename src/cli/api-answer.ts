import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import { type JsonObject, textOf } from './json-value.ts';

/** An answer of the app: an error of its API is one too, and so is the page that its platform sends while it restarts. */
export interface ApiAnswer {
  /** Of the app. */
  readonly url: string;
  readonly status: number;
  readonly body: JsonObject;
  readonly retryAfterSeconds: number | undefined;
}

/** The app is not there for the moment, or asks for patience: the same request may do in a while. */
export function mayPass({ status }: Pick<ApiAnswer, 'status'>): boolean {
  return status >= 500 || status === 408 || status === 429;
}

/** What the API would say, had it been there. Azure's front end sends such pages: a text, HTML, or nothing at all. */
export function toPageAnswer(answer: Omit<ApiAnswer, 'body'>): ApiAnswer {
  const { status, retryAfterSeconds } = answer;
  const wait = retryAfterSeconds === undefined ? 'a minute' : `${retryAfterSeconds} s`;
  const detail = `It is starting, restarting or overloaded. Try again in ${wait}; if it stays so, look into its log.`;
  return { ...answer, body: { status, detail } };
}

/** The error that an answer of the API tells of: what it calls a bad request is wrong usage. */
export function toCliError(answer: ApiAnswer): CliError {
  const { status } = answer;
  const exitCode = status === 404 ? EXIT.unknownCall : status === 400 ? EXIT.wrongUsage : EXIT.failed;
  return new CliError(toDetail(answer), exitCode);
}

/** What the API says of an error; of one that is the app's own trouble, and not Graph's, also which app and status. */
export function toDetail(answer: ApiAnswer): string {
  const { url, status, body } = answer;
  const detail = textOf(body, 'detail');
  if (detail === '') return `${url} answers ${status} without saying why. Look into its log.`;
  return mayPass(answer) && body.outcome === undefined ? `${url} answers ${status}: ${detail}` : detail;
}

import { networkCode } from './api.ts';
import { mayPass } from './api-answer.ts';
import type { CliIo } from './cli-io.ts';
import { isSafeUrl } from './connection.ts';
import type { DeploymentCheck } from './deployment-check.ts';

/** What the callback URL answers to a notification without a token. */
const CALLBACK_ANSWERS: Readonly<Record<number, string>> = {
  404: 'There is nothing: the path is /api/notifications.',
  405: 'It takes no POST: the path is /api/notifications.',
};
const CALLBACK_AWAY =
  'The app is away for the moment, or has wrong settings: run doctor without --callback-url, then this again.';
const CALLBACK_FOREIGN = 'Graph needs an address that leads to the app without a redirect or a sign-in.';

/** Whether the callback URL of the bot leads to the app, seen from here. */
export async function checkCallback(io: CliIo, url: string): Promise<DeploymentCheck> {
  const name = 'callback';
  const failed = (detail: string, remedy: string): DeploymentCheck => ({ name, result: 'failed', detail, remedy });
  if (!isSafeUrl(url)) {
    return failed(
      'The callback URL is no https URL.',
      'It looks like https://my-app.azurewebsites.net/api/notifications.',
    );
  }
  try {
    const response = await io.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"value":[]}',
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(15_000), io.signal]),
    });
    await response.body?.cancel();
    const { status } = response;
    if (status === 401) return { name, result: 'ok', detail: `${url} asks for Graph's token (401 without one).` };
    if (status < 300) {
      return failed(`${url} answers ${status} without a token.`, 'That is not this app, or a gateway answers for it.');
    }
    const remedy = mayPass({ status }) ? CALLBACK_AWAY : (CALLBACK_ANSWERS[status] ?? CALLBACK_FOREIGN);
    return failed(`${url} answers ${status} instead of 401.`, remedy);
  } catch (error) {
    io.signal.throwIfAborted();
    const remedy =
      'Graph calls it from the internet: check name, certificate, access restrictions and private endpoints.';
    return failed(`${url} cannot be reached from here (${networkCode(error)}).`, remedy);
  }
}

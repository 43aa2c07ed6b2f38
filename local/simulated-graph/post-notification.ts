import type { DeliverNotification } from './notification-sender.ts';

/**
 * Sends a notification over HTTP. A redirect is not followed: its status is what the bot answered.
 *
 * Errors: Error with the system's code when nobody answers, such as ECONNREFUSED.
 */
export const postNotification: DeliverNotification = async ({ url, headers, body }, signal) => {
  const response = await post(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
  await response.body?.cancel();
  return { status: response.status };
};

async function post(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    // fetch itself only says "fetch failed".
    throw error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  }
}

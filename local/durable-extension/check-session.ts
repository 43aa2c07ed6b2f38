import type { Decided, Generation } from './generation.ts';

/** A replay of the whole history came to something else than going on from turn to turn did. */
export class ReplayMismatchError extends Error {
  readonly code = 'ReplayMismatch';
  override readonly name = 'ReplayMismatchError';
}

/**
 * Compares what a session came to with a replay of the same history.
 *
 * Shape: → the error that says for which instance and turn, and what differs; undefined when nothing does.
 */
export function findMismatch(
  generation: Generation,
  session: Decided,
  replay: Decided,
): ReplayMismatchError | undefined {
  const [went, replayed] = [toText(session), toText(replay)];
  if (went === replayed) return undefined;
  const { instanceId, past, fresh } = generation;
  const from = Math.max(0, [...went].findIndex((character, index) => character !== replayed[index]) - 60);
  const show = (text: string) => `…${text.slice(from, from + 160)}…`;
  return new ReplayMismatchError(
    `The orchestrator of instance '${instanceId}' is not deterministic, or durable-functions was not gone on with rightly: ` +
      `in the turn of ${fresh[0]?.Timestamp} (${past.entries.length} events before it) the replay of its history ` +
      `comes to ${show(replayed)}, but the turns came to ${show(went)}. Run it without \`fast\` to see which.`,
  );
}

/** Inputs are made when they are asked for. */
function toText({ state, decisions }: Decided): string {
  return JSON.stringify({ state, decisions }, (_key, value) => (typeof value === 'function' ? value() : value));
}

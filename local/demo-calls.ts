import type { Clock } from '../src/adapters/clock.ts';
import type { SimulatedGraph } from './simulated-graph/simulated-graph.ts';

const MINUTE_SECONDS = 60;

/**
 * Shows the main job on simulated calls: some that go on, one that is hung up, one whose keepAlive Graph refuses for a
 * while. Durations are those of real calls; the speed divides them.
 */
export function startDemoCalls(
  graph: SimulatedGraph,
  callbackUri: string,
  clock: Clock,
  { speed, relay }: { readonly speed: number; readonly relay: string | undefined },
): () => void {
  // Only a bot can answer it: shown when there is one behind the relay.
  if (relay !== undefined) {
    // The bot's clock is the real one, so it gets its 15 seconds unscaled.
    const answerWithinSeconds = 15 * speed;
    graph.createCall({ callbackUri, direction: 'incoming', subject: 'For the bot to answer', answerWithinSeconds });
  }
  graph.createCall({ callbackUri, kind: 'meeting', subject: 'Weekly recording' });
  graph.createCall({ callbackUri, kind: 'p2p', subject: 'Help line' });
  graph.createCall({ callbackUri, kind: 'p2p', subject: 'Short call', hangUpAfterSeconds: 40 * MINUTE_SECONDS });
  const refused = graph.createCall({ callbackUri, kind: 'meeting', subject: 'Refused for a while' });
  return clock.after((20 * MINUTE_SECONDS * 1_000) / speed, () => {
    graph.addFault({ operation: 'keepAlive', callId: refused.callId, times: 3, status: 503, retryAfterSeconds: 60 });
  });
}

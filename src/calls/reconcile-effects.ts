import type { DurableHub } from '../adapters/durable-calls.ts';
import type { GraphCalls } from '../adapters/graph-calls.ts';
import type { Heartbeats } from '../adapters/heartbeats.ts';
import type { RequestPace } from '../adapters/request-pace.ts';
import type { AloneRule } from '../core/roster/see-roster.ts';
import type { CallEffects } from './call-effects.ts';

/** What hangs up a bot that is alone, and when it counts as that. */
export interface AloneEffects {
  readonly graph: Pick<GraphCalls, 'listParticipants' | 'hangUp'>;
  readonly rule: AloneRule;
}

/** What the reconciler needs: the effects on a call, the whole hub, and Graph at a bounded rate. */
export interface ReconcileEffects extends CallEffects {
  readonly durable: DurableHub;
  readonly heartbeats: Heartbeats;
  readonly graph: Pick<GraphCalls, 'keepAlive'>;
  /** Absent: no call is hung up because the bot is alone in it. */
  readonly alone?: AloneEffects;
  readonly pace: RequestPace;
  /** Whether a webhook wants to hear of each end. */
  readonly tellsWebhook: boolean;
  /** For records that have to be made. */
  readonly appId: string;
}

import { withoutAbsent } from '../core/call-record/call-facts.ts';
import { type CallRecord, type CallSighting, observeCall } from '../core/call-record/call-record.ts';
import { type CallCommand, type EffectiveCommand, foldCommands } from '../core/notifications/notification-commands.ts';
import { isGuid } from '../core/values/is-guid.ts';
import type { CallEffects } from './call-effects.ts';
import { endCall } from './end-call.ts';
import { sideBySide } from './side-by-side.ts';
import { startCall } from './start-call.ts';
import { updateRecord } from './update-record.ts';

/** Who a notification speaks for: learned from the verified token, the settings and the headers, never from the body. */
export interface NotificationOrigin {
  readonly appId: string;
  readonly tenantId: string;
  readonly scenarioId?: string;
}

const CALLS_AT_ONCE = 16;

/**
 * Carries out the commands of one notification: those of one call in order, folded into as few as come to the same;
 * different calls side by side. A command that fails holds back the later ones of its call only.
 *
 * Shape: commands → the ones that could not be made durable.  Errors: none (each is logged).
 */
export async function applyCommands(
  effects: CallEffects,
  origin: NotificationOrigin,
  commands: readonly CallCommand[],
): Promise<readonly CallCommand[]> {
  const byCall = [...Map.groupBy(commands, ({ callId }) => callId).values()].map(foldCommands);
  const failed: CallCommand[] = [];
  await sideBySide(byCall, CALLS_AT_ONCE, async (ofOneCall) => {
    failed.push(...(await applyInOrder(effects, origin, ofOneCall)));
  });
  return failed;
}

/** Returns the commands from the first failure on. */
async function applyInOrder(
  effects: CallEffects,
  origin: NotificationOrigin,
  commands: readonly EffectiveCommand[],
): Promise<readonly CallCommand[]> {
  for (const [index, command] of commands.entries()) {
    try {
      await applyCommand(effects, origin, command);
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'unknown error';
      effects.log({
        event: 'notification.failed',
        level: 'error',
        callId: command.callId,
        command: command.kind,
        problem,
      });
      return commands.slice(index);
    }
  }
  return [];
}

async function applyCommand(
  effects: CallEffects,
  origin: NotificationOrigin,
  command: EffectiveCommand,
): Promise<void> {
  switch (command.kind) {
    case 'observe': {
      const seen = toSighting(command, origin);
      const nowMs = effects.clock.nowMs();
      const observe = (stored: CallRecord | undefined) => observeCall(stored, seen, nowMs);
      const { before } = await updateRecord(effects.store, command.callId, observe, { mayBeNew: true });
      const { callId, facts } = seen;
      if (before === undefined) {
        effects.log({ event: 'call.observed', level: 'info', callId, tenantId: facts.tenantId });
      }
      return;
    }
    case 'start':
      return startCall(effects, toSighting(command, origin));
    case 'end':
      return endCall(effects, toSighting(command, origin), command.ended);
  }
}

function toSighting(command: EffectiveCommand, origin: NotificationOrigin): CallSighting {
  const { appId, tenantId, scenarioId } = origin;
  const named = command.facts.tenantId?.toLowerCase();
  const namedTenantId = named !== undefined && named !== tenantId && isGuid(named) ? named : undefined;
  const facts = { ...command.facts, tenantId, ...withoutAbsent({ namedTenantId, scenarioId }) };
  return { callId: command.callId, graphCallId: command.graphCallId, appId, facts };
}

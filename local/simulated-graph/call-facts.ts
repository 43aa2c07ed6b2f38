import { parseCallId } from '../../src/core/call-record/call-id.ts';
import type { PlainObject } from '../../src/core/values/plain-object.ts';
import type { CallDirection, CallKind } from './call-life.ts';
import type { CallShape } from './call-options.ts';

/** What stays the same through a call's life. */
export interface CallFacts {
  /** The canonical id. */
  readonly callId: string;
  /** The id as this call's resources and notifications write it. */
  readonly shownId: string;
  readonly direction: CallDirection;
  readonly kind: CallKind;
  /** `established` carries chatInfo and meetingInfo. */
  readonly meeting: boolean;
  readonly botAppId: string;
  readonly tenantId: string;
  readonly callChainId: string;
  readonly scenarioId: string;
  readonly myParticipantId: string;
  readonly sourceParticipantId: string;
  /** What the bot sent to create the call; empty otherwise. */
  readonly requested: PlainObject;
}

export function toCallFacts(
  shape: CallShape,
  requested: PlainObject,
  platform: { readonly botAppId: string; readonly tenantId: string; readonly newGuid: () => string },
): CallFacts {
  const { newGuid } = platform;
  const callId = (shape.callId === undefined ? undefined : parseCallId(shape.callId)) ?? newGuid();
  return {
    callId,
    shownId: shape.idForm === 'hex' ? callId.replaceAll('-', '').toUpperCase() : callId,
    direction: shape.direction,
    kind: shape.kind,
    meeting: shape.meeting ?? shape.kind === 'meeting',
    botAppId: platform.botAppId,
    tenantId: shape.tenantId ?? platform.tenantId,
    callChainId: newGuid(),
    scenarioId: newGuid(),
    myParticipantId: newGuid(),
    sourceParticipantId: newGuid(),
    requested: shape.subject === undefined ? requested : { ...requested, subject: shape.subject },
  };
}

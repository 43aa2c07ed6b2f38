import { z } from 'zod';
import type { PlainObject } from '../../src/core/values/plain-object.ts';
import type { CallFacts } from './call-facts.ts';
import { INVENTED_USERS } from './invented-meeting.ts';
import type { SimulatedCall } from './simulated-call.ts';

const participantSchema = z.strictObject({
  /** The bot of the call, another bot, or a person. */
  who: z.enum(['bot', 'application', 'alex', 'priya']),
  /** Of the endpoint; default: one for each `who`. */
  id: z.guid().optional(),
  isInLobby: z.boolean().default(false),
  /** For delta rosters. */
  hasLeft: z.boolean().default(false),
});

/** Who is in a call: all of them, or with a `sequenceNumber` those who came, changed or left. */
export const rosterSchema = z.strictObject({
  callId: z.string(),
  participants: z.array(participantSchema),
  sequenceNumber: z.int().nonnegative().optional(),
});

export type RosterOptions = z.input<typeof rosterSchema>;

const OTHER_APPLICATION = '3e4f5061-7283-4e90-a0b1-3c4d5e6f7081';

/**
 * The body that tells a bot who is in its call, one entry.
 * Sources: https://learn.microsoft.com/graph/api/application-post-calls (roster), resources/participant, deltaparticipants;
 * recorded in microsoft/teams4justice.
 */
export function toRosterBody(facts: CallFacts, options: RosterOptions): PlainObject {
  const { participants, sequenceNumber } = rosterSchema.parse(options);
  const shown = participants.map((one) => toParticipant(facts, one));
  const delta = { '@odata.type': '#microsoft.graph.deltaParticipants', sequenceNumber, participants: shown };
  return {
    '@odata.type': '#microsoft.graph.commsNotifications',
    value: [
      {
        '@odata.type': '#microsoft.graph.commsNotification',
        changeType: 'updated',
        resource: `/app/calls/${facts.shownId}/participants`,
        resourceUrl: `/communications/calls/${facts.shownId}/participants`,
        resourceData: sequenceNumber === undefined ? shown : delta,
      },
    ],
  };
}

/** They are in the call from now on: instead of those before, or with a `sequenceNumber` besides them. */
export function enterRoster(
  { facts, participants }: Pick<SimulatedCall, 'facts' | 'participants'>,
  options: RosterOptions,
): void {
  const { participants: told, sequenceNumber } = rosterSchema.parse(options);
  if (sequenceNumber === undefined) participants.clear();
  for (const one of told) {
    const shown = toParticipant(facts, one);
    if (one.hasLeft) participants.delete(shown.id);
    else participants.set(shown.id, shown);
  }
}

function toParticipant(facts: CallFacts, { who, id, isInLobby, hasLeft }: z.output<typeof participantSchema>) {
  return {
    '@odata.type': '#microsoft.graph.participant',
    info: {
      '@odata.type': '#microsoft.graph.participantInfo',
      identity: { '@odata.type': '#microsoft.graph.identitySet', ...identityOf(facts, who) },
      endpointType: 'default',
      languageId: 'en-US',
    },
    isMuted: false,
    isInLobby,
    meetingRole: 'presenter',
    id: id ?? endpointOf(facts, who),
    ...(hasLeft ? { removedState: { '@odata.type': '#microsoft.graph.removedState', reason: 'Left' } } : {}),
  };
}

type Who = z.output<typeof participantSchema>['who'];

function identityOf({ botAppId, tenantId }: CallFacts, who: Who): PlainObject {
  if (who === 'bot') return { application: { id: botAppId, displayName: 'Contoso Call Bot', tenantId } };
  if (who === 'application') return { application: { id: OTHER_APPLICATION, displayName: 'Another bot', tenantId } };
  return { user: { ...INVENTED_USERS[who], tenantId, identityProvider: 'AAD' } };
}

function endpointOf({ myParticipantId }: CallFacts, who: Who): string {
  if (who === 'bot') return myParticipantId;
  return who === 'application' ? OTHER_APPLICATION : INVENTED_USERS[who].id;
}

import { bug, hiddenBug, type PlantedBug } from './planted-bug.ts';

const START = 'src/calls/start-call.ts';

/** In what is done to start and to end a call, and to answer for it. */
export const EFFECT_BUGS: readonly PlantedBug[] = [
  bug('an event that the engine does not take counts as raised', 'f', 200, {
    file: 'src/adapters/durable-calls.ts',
    find: "        throw failure('take the event callEnded', callId, error);\n",
    replace: '',
  }),
  bug('an end soon after the start is told at once', 'i', 200, {
    file: 'src/adapters/durable-calls.ts',
    find: '      if (isYoung) await untilStarted(callId);\n',
    replace: '',
  }),
  hiddenBug('no second look at the record after startNew', {
    file: START,
    find: "  if (current?.phase !== 'ended') return {",
    replace: '  if (current !== undefined) return {',
  }),
  bug('the instance is started before the record says so', 'b', 200, {
    file: START,
    find: '  const { before, after, stored } = await updateRecord(store, seen.callId, (row) => toStarting(row, seen, nowMs), {\n',
    replace: `  const early = toStarting(undefined, seen, nowMs);
  if (early !== undefined) await effects.durable.start(seen.callId, toInput(effects, early, {}));
  const { before, after, stored } = await updateRecord(store, seen.callId, (row) => toStarting(row, seen, nowMs), {
`,
  }),
  hiddenBug('the event is raised before the record says so', {
    file: 'src/calls/end-call.ts',
    find: `  const { after } = await recordEnd(effects, seen, ended);
  const told = after === undefined ? ended : toCallEnded(after);
  await effects.durable.raiseCallEnded(seen.callId, told, isYoung(after, effects.clock.nowMs()));
`,
    replace: `  await effects.durable.raiseCallEnded(seen.callId, ended, isYoung(undefined, 0));
  await recordEnd(effects, seen, ended);
`,
  }),
  bug('the event is not raised', 'f', 50, {
    file: 'src/calls/end-call.ts',
    find: '  await effects.durable.raiseCallEnded(seen.callId, told, isYoung(after, effects.clock.nowMs()));\n',
    replace: '  void [told, isYoung];\n',
  }),
  bug('2xx before the effect is durable', 'f', 50, {
    file: 'src/functions/receive-notifications.ts',
    find: '(await applied).length === 0 && (await areSeen) ? accepted : notDurable',
    replace: 'accepted',
  }),
  bug('2xx for a command that failed', 'f', 50, {
    file: 'src/calls/apply-commands.ts',
    find: '      return commands.slice(index);\n',
    replace: '',
  }),
  bug('a new message id for each delivery', 'd', 50, {
    file: 'src/adapters/call-ended-webhook.ts',
    find: 'signWebhook(secret, id, clock.nowMs(), body)',
    replace: 'signWebhook(secret, id + clock.nowMs(), clock.nowMs(), body)',
  }),
];

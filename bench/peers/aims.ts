import type { Measurement as AimedMeasurement } from '../bench.ts';
import { median } from './load.ts';
import type { Measurement } from './measure.ts';
import type { Outcome } from './outcome.ts';

/** How the local host stands beside Restate and DBOS, and at the kills: ratios above 1 are in its favour. */
export function toAims(outcomes: readonly Outcome[]): readonly AimedMeasurement[] {
  const own = outcomes.find(({ candidate }) => candidate.name.startsWith('local host'));
  if (own === undefined) return [];
  const peers = outcomes.filter(({ candidate, rounds }) => /^(Restate|DBOS)/.test(candidate.name) && rounds.length > 0);
  const ratios = own.rounds.length === 0 ? [] : peers.flatMap((peer) => against(own, peer));
  const { kills } = own;
  if (kills === undefined) return ratios;
  return [
    ...ratios,
    { what: 'keepAlives missed at kills', value: kills.missed, unit: 'keepAlives', aim: { exactly: 0 } },
    { what: 'keepAlives after the end at kills', value: kills.afterEnd, unit: 'keepAlives', aim: { exactly: 0 } },
  ];
}

function against(own: Outcome, peer: Outcome): readonly AimedMeasurement[] {
  const of = ({ rounds }: Outcome, value: (round: Measurement) => number | undefined) =>
    median(rounds.map((round) => value(round) ?? Number.NaN));
  const { name } = peer.candidate;
  const perSecond = ({ ingest }: Measurement) => ingest.perSecond;
  const cpuMs = ({ steady }: Measurement) => steady?.cpuMsPerBeat;
  const aim = { atLeast: 1 };
  return [
    { what: `established/s: local host ÷ ${name}`, value: of(own, perSecond) / of(peer, perSecond), unit: '×', aim },
    { what: `CPU per keepAlive: ${name} ÷ local host`, value: of(peer, cpuMs) / of(own, cpuMs), unit: '×', aim },
  ];
}

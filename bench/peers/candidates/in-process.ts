import type { Candidate } from '../candidate.ts';
import { startWorker } from './worker-process.ts';

export const inProcess: Candidate = {
  name: 'setInterval in the process',
  notes: 'the floor: nothing durable',
  debian: [],
  version: () => `Node ${process.versions.node}`,
  launch: (context) => startWorker('in-process', context),
};

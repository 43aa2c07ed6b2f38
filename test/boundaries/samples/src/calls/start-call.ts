import { app } from '@azure/functions'; // expect: lint/style/noRestrictedImports
import { clock } from '../adapters/graph-calls.ts'; // expect: plugin
import type { Clock } from '../adapters/graph-calls.ts';
import { neighbour } from '../core/keepalive/neighbour.ts';
import { register } from '../functions/list-calls.ts'; // expect: lint/style/noRestrictedImports

export const adapterLater = import('../adapters/graph-calls.ts'); // expect: plugin
export const used: Clock = [app, clock, neighbour, register, Date.now(), process.env.HOME];

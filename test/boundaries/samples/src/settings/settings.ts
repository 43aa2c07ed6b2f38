import * as z from 'zod/mini';
import type { Clock } from '../adapters/graph-calls.ts';
import { clock } from '../adapters/graph-calls.ts'; // expect: plugin
import { startCall } from '../calls/end-call.ts'; // expect: lint/style/noRestrictedImports
import { neighbour } from '../core/keepalive/neighbour.ts';
import { tableStorage } from './storage.ts';

export const parseSettings: Clock = [z, clock, startCall, neighbour, tableStorage];

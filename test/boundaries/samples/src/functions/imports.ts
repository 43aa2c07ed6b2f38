import { readFileSync } from 'node:fs'; // expect: lint/style/noRestrictedImports
import { app } from '@azure/functions';
import { jwtVerify } from 'jose'; // expect: lint/style/noRestrictedImports
import * as df from 'durable-functions';
import * as z from 'zod/mini';
import { clock } from '../adapters/graph-calls.ts'; // expect: plugin
import '../adapters/side-effect.ts'; // expect: plugin
import * as clocks from '../adapters/graph-calls.ts'; // expect: plugin
import type { Clock } from '../adapters/graph-calls.ts';
import type * as Clocks from '../adapters/graph-calls.ts';
import { startCall } from '../calls/end-call.ts';
import { run } from '../cli/list.ts'; // expect: lint/style/noRestrictedImports
import { neighbour } from '../core/keepalive/neighbour.ts';
import { main } from '../main-part.ts'; // expect: lint/style/noRestrictedImports
import { start } from '../../local/start.ts'; // expect: lint/style/noRestrictedImports
import { fixture } from '../../test/rewrite-ids.ts'; // expect: lint/style/noRestrictedImports

export const retry = { retryTimeoutInMilliseconds: 1 }; // expect: plugin
export const options = new df.RetryOptions(1, 2);
options.retryTimeoutInMilliseconds = 1; // expect: plugin
options.maxRetryIntervalInMilliseconds = 1;
export const register: [Clock, typeof Clocks] = [readFileSync, app, jwtVerify, z, clock, clocks, startCall, run, neighbour];
export const more = [main, start, fixture, Date.now()];

import { setTimeout } from 'node:timers/promises';
import { app } from '@azure/functions';
import { build } from 'esbuild'; // expect: lint/correctness/noUndeclaredDependencies
import { startCall } from '../calls/end-call.ts'; // expect: lint/style/noRestrictedImports
import { neighbour } from '../core/keepalive/neighbour.ts';
import type { RegisterDeps } from '../functions/list-calls.ts'; // expect: lint/style/noRestrictedImports
import { parseSettings } from './../settings/settings.ts'; // expect: lint/style/noRestrictedImports
import { startAzurite } from '../../local/azurite.ts'; // expect: lint/style/noRestrictedImports
import type { Other } from './other-port.ts';

export type Clock = [RegisterDeps, Other];
export const clock = () => [Date.now(), setTimeout, app, build, startCall, neighbour, parseSettings, startAzurite];

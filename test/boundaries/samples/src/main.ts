import { app } from '@azure/functions';
import { clock } from './adapters/graph-calls.ts';
import { startCall } from './calls/end-call.ts';
import { register } from './functions/list-calls.ts';
import { parseSettings } from './settings/settings.ts';
import { startAzurite } from '../local/azurite.ts'; // expect: lint/style/noRestrictedImports
import { fixture } from './../test/rewrite-ids.ts'; // expect: lint/style/noRestrictedImports

export const main = [app, clock, startCall, register, parseSettings, startAzurite, fixture];

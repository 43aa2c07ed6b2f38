import { start } from '../local/start.ts'; // expect: lint/style/noRestrictedImports
import { neighbour } from '../src/core/keepalive/neighbour.ts'; // expect: lint/style/noRestrictedImports
import { fixture } from '../test/rewrite-ids.ts'; // expect: lint/style/noRestrictedImports
import { world } from './world.ts';

export const used = [start, neighbour, fixture, world];

import { build } from 'esbuild';
import { clock } from '../../src/adapters/graph-calls.ts';
import { run } from '../../src/cli/list.ts'; // expect: lint/style/noRestrictedImports
import { page } from '../../src/dashboard/rows.ts'; // expect: lint/style/noRestrictedImports
import { main } from '../../src/main.ts';
import { fixture } from '../../test/rewrite-ids.ts'; // expect: lint/style/noRestrictedImports
import { neighbour } from '../http-message.ts';

export const start = [build, clock, run, page, main, fixture, neighbour];

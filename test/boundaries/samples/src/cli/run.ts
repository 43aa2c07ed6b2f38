import { readFileSync } from 'node:fs';
import { clock } from '../adapters/graph-calls.ts'; // expect: lint/style/noRestrictedImports
import { neighbour } from '../core/neighbour.ts'; // expect: lint/style/noRestrictedImports
import { parseSettings } from '../settings-part.ts'; // expect: lint/style/noRestrictedImports
import { start } from '../../local/start.ts'; // expect: lint/style/noRestrictedImports
import { table } from './table.ts';

export const coreLater = import('../core/neighbour.ts'); // expect: lint/style/noRestrictedImports
export const run = [readFileSync, clock, neighbour, parseSettings, start, table];

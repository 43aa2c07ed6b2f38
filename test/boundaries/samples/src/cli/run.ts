import { readFileSync } from 'node:fs';
import { clock } from '../adapters/graph-calls.ts'; // expect: lint/style/noRestrictedImports
import { neighbour } from '../core/neighbour.ts'; // expect: plugin
import type { Neighbour } from '../core/neighbour.ts';
import { parseSettings } from '../settings-part.ts'; // expect: lint/style/noRestrictedImports
import { start } from '../../local/start.ts'; // expect: lint/style/noRestrictedImports
import { table } from './table.ts';

export const coreLater = import('../core/neighbour.ts'); // expect: plugin
export const run: Neighbour = [readFileSync, clock, neighbour, parseSettings, start, table];

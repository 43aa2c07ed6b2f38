import { readFileSync } from 'node:fs';
import { clock } from '../adapters/graph-calls.ts'; // expect: lint/style/noRestrictedImports
import { neighbour } from '../core/keepalive/neighbour.ts'; // expect: lint/style/noRestrictedImports
import { parseSettings } from '../settings/settings.ts'; // expect: lint/style/noRestrictedImports
import { start } from '../../local/start.ts'; // expect: lint/style/noRestrictedImports
import { visibleText } from '../core/values/visible-text.ts';
import { table } from './table.ts';

export const coreLater = import('../core/keepalive/neighbour.ts'); // expect: lint/style/noRestrictedImports
export const run = [readFileSync, clock, neighbour, parseSettings, start, table, visibleText];

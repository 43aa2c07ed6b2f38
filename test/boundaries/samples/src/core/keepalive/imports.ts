import { readFileSync } from 'node:fs'; // expect: lint/style/noRestrictedImports
import type { HttpRequest } from '@azure/functions'; // expect: lint/style/noRestrictedImports
import * as z from 'zod/mini'; // expect: lint/style/noRestrictedImports
import type { Clock } from '../../adapters/graph-calls.ts'; // expect: lint/style/noRestrictedImports
import { a } from './../../adapters/graph-calls.ts'; // expect: lint/style/noRestrictedImports
import { deep } from './deep/imports.ts'; // expect: lint/style/noRestrictedImports
import { parseSettings } from '../../settings/settings.ts'; // expect: lint/style/noRestrictedImports
import { start } from '../../../local/start.ts'; // expect: lint/style/noRestrictedImports
import { neighbour } from './neighbour.ts';
import type { Neighbour } from './neighbour.ts';
import { sibling } from '../notifications/sibling.ts';

export const lazy = import('../../adapters/graph-calls.ts'); // expect: lint/style/noRestrictedImports
export const legacy = require('zod'); // expect: lint/style/noRestrictedGlobals
export const used: [HttpRequest, Clock, Neighbour] = [readFileSync, z, a, deep, parseSettings, start, neighbour, sibling];

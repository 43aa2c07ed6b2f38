import * as z from 'zod/mini'; // expect: lint/style/noRestrictedImports
import type { Neighbour } from '../core/keepalive/neighbour.ts'; // expect: lint/style/noRestrictedImports
import { visibleText } from '../core/values/visible-text.ts';
import { rows } from './rows.ts';

export const page: Neighbour = [z, rows, visibleText];

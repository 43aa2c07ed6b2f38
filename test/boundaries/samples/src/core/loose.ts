import { clock } from '../adapters/graph-calls.ts'; // expect: lint/style/noRestrictedImports
import { neighbour } from './keepalive/neighbour.ts'; // expect: lint/style/noRestrictedImports

export const loose = [clock, neighbour];

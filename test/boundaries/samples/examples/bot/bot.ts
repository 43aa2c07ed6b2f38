import { readFileSync } from 'node:fs';
import { jwtVerify } from 'jose';
import { parseCallId } from '../../src/core/call-id.ts'; // expect: lint/style/noRestrictedImports
import { start } from '../../local/start.ts'; // expect: lint/style/noRestrictedImports
import { answer } from './answer.ts';

export const bot = [readFileSync, jwtVerify, parseCallId, start, answer];

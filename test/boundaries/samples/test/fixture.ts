import { test } from 'vitest';
import { start } from '../local/demo.ts';
import { run } from '../src/cli/list.ts';

export const fixture = [test, start, run, Date.now()];

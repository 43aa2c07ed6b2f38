import * as zod from 'zod'; // expect: plugin
import { object } from 'zod'; // expect: plugin
import { z } from 'zod/mini'; // expect: plugin
import * as mini from 'zod/mini';
import type { ZodMiniType } from 'zod/mini';

export const answer: ZodMiniType = [zod, object, z, mini];

import { object } from 'zod'; // expect: plugin
import { z } from 'zod'; // expect: plugin
import type { ZodType } from 'zod';

export const answer: ZodType = [object, z];

import { object } from 'zod'; // expect: plugin-warning
import { z } from 'zod'; // expect: plugin-warning
import type { ZodType } from 'zod';

export const answer: ZodType = [object, z];

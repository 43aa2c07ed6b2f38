/**
 * How long a seed is played in tests. A hundred half days notice as many planted mistakes (`npm run simulate:planted`) as
 * a hundred whole days, which take twice as long: what is planned for a day happens in half of it, so that more of it meets.
 */
export const HALF_A_DAY_HOURS = 12;

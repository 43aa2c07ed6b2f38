/**
 * How long a seed is played in tests. Of 50 planted mistakes a hundred half days notice 48, and a hundred whole days,
 * which take twice as long, 46: what is planned for a day happens in half of it, so that more of it meets.
 */
export const HALF_A_DAY_HOURS = 12;

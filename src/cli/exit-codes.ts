/** What a script may rely on. */
export const EXIT = {
  done: 0,
  failed: 1,
  wrongUsage: 2,
  unknownCall: 4,
  interrupted: 130,
} as const;

export const EXIT_HELP = `Exit codes: 0 done, 1 failed, 2 wrong usage, 4 no such call (404), 130 interrupted.`;

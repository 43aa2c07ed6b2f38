export const call = Date.now(); // expect: plugin
export const reference = Date.now; // expect: plugin
export const quoted = Date['now'](); // expect: plugin
export const { now } = Date; // expect: plugin
export const alias = Date; // expect: plugin
export const today = new Date(); // expect: plugin
export const text = Date(); // expect: plugin
export const dice = Math.random(); // expect: plugin
export const { random } = Math; // expect: plugin
export const uptime = performance.now(); // expect: lint/style/noRestrictedGlobals
export const id = crypto.randomUUID(); // expect: lint/style/noRestrictedGlobals
export const setting = process.env.BOT_APP_ID; // expect: lint/style/noRestrictedGlobals
export const hidden = globalThis.process; // expect: lint/style/noRestrictedGlobals
export const later = setTimeout(() => {}, 1); // expect: lint/style/noRestrictedGlobals
export const answer = fetch('http://127.0.0.1/'); // expect: lint/style/noRestrictedGlobals
console.log('effect'); // expect: lint/style/noRestrictedGlobals

export const fromArgument = (nowMs: number) => new Date(nowMs).toISOString();
export const parsed = Date.parse('2026-11-21T00:00:00Z');
export const isDate = (value: unknown): value is Date => value instanceof Date;
export const largest = Math.max(1, 2);
export const shadowed = (process: { readonly env: string }) => process.env;
export const member = { performance: 1, now: 2 }.now;
export const word = 'Date.now() and Math.random()';

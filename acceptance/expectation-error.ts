/** What was expected of the app, and what came instead. Never holds a key, a token or a whole body. */
export class ExpectationError extends Error {
  override readonly name = 'ExpectationError';
}

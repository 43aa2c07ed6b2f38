import { deliverableText } from './deliverable-text.ts';

/** A JSON object of unknown content. */
export type PlainObject = { readonly [key: string]: unknown };

/** True for a JSON object: no array, no null. */
export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own property of that name; never one of its prototype. */
export function ownProperty(object: PlainObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * The own property when it is a non-empty string of at most `maximumLength` characters, as text that the engine's queues
 * carry (see `deliverableText`).
 */
export function ownText(object: PlainObject, name: string, maximumLength: number): string | undefined {
  const value = ownProperty(object, name);
  return typeof value === 'string' && value !== '' && value.length <= maximumLength
    ? deliverableText(value)
    : undefined;
}

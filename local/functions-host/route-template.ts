import { parseRouteConstraint, type RouteConstraint } from './route-constraint.ts';

export type RouteSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'parameter';
      readonly name: string;
      readonly optional: boolean;
      /** Takes the rest of the path, slashes included. */
      readonly catchAll: boolean;
      readonly constraints: readonly RouteConstraint[];
    };

/**
 * Reads a route template of the Functions host: literals, `{p}`, `{p?}`, `{*rest}`, each with constraints
 * (`{id:guid}`, `{n:int:min(1)?}`).
 *
 * Errors: Error for defaults (`{p=1}`), for a segment that mixes text and parameters, and for a malformed template.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates
 */
export function parseRouteTemplate(template: string): readonly RouteSegment[] {
  const segments = splitOutsideBraces(template)
    .filter((text) => text !== '')
    .map((text) => parseSegment(text, template));
  segments.forEach((segment, index) => {
    const next = segments[index + 1];
    if (segment.kind !== 'parameter' || next === undefined) return;
    if (segment.catchAll) throw new Error(`Route "${template}": {*${segment.name}} must be the last segment.`);
    if (segment.optional && !(next.kind === 'parameter' && (next.optional || next.catchAll))) {
      throw new Error(`Route "${template}": nothing but optional segments may follow {${segment.name}?}.`);
    }
  });
  return segments;
}

/**
 * Matches the decoded segments of a path. Literals ignore case, as in ASP.NET.
 *
 * Shape: → the values by parameter name, an absent optional one left out; undefined when the route does not match.
 */
export function matchRoute(
  route: readonly RouteSegment[],
  path: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const values: Record<string, string> = {};
  let taken = 0;
  for (const segment of route) {
    const part = path[taken];
    if (segment.kind === 'literal') {
      if (part?.toLowerCase() !== segment.text.toLowerCase()) return undefined;
      taken += 1;
      continue;
    }
    const value = segment.catchAll ? path.slice(taken).join('/') : part;
    taken = segment.catchAll ? path.length : taken + 1;
    if (value === undefined || value === '') {
      if (segment.optional || (segment.catchAll && taken === path.length)) continue;
      return undefined;
    }
    if (!segment.constraints.every((accepts) => accepts(value))) return undefined;
    values[segment.name] = value;
  }
  return taken >= path.length ? values : undefined;
}

function splitOutsideBraces(template: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (const char of template) {
    depth += char === '{' ? 1 : char === '}' ? -1 : 0;
    if (char === '/' && depth === 0) parts.push('');
    else parts.push(`${parts.pop()}${char}`);
  }
  return parts;
}

function parseSegment(text: string, template: string): RouteSegment {
  if (!/[{}]/.test(text)) return { kind: 'literal', text };
  const [, stars, name, constraintText = '', optional] = /^\{(\*{0,2})(\w+)((?::[^=]+?)?)(\?)?\}$/s.exec(text) ?? [];
  if (name === undefined) {
    throw new Error(
      `Route "${template}": the local host does not know the segment "${text}". Use text, {p}, {p?}, {p:int} or {*p}.`,
    );
  }
  return {
    kind: 'parameter',
    name,
    optional: optional === '?',
    catchAll: stars !== '',
    constraints: splitConstraints(constraintText).map(parseRouteConstraint),
  };
}

/** Splits `:int:regex(a:b)` at the colons outside parentheses; a doubled brace in a template stands for one. */
function splitConstraints(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  for (const char of text.replaceAll('{{', '{').replaceAll('}}', '}')) {
    depth += char === '(' ? 1 : char === ')' ? -1 : 0;
    if (char === ':' && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${char}`);
  }
  return parts;
}

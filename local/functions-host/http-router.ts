import type { FunctionRegistry, RegisteredFunction } from './function-registry.ts';
import { matchRoute, parseRouteTemplate, type RouteSegment } from './route-template.ts';

export interface HttpRouter {
  /** The function for a request, or undefined: unknown path, or no function with that path takes the method. */
  match(method: string, pathname: string): HttpMatch | undefined;
}

export interface HttpMatch {
  readonly registered: RegisteredFunction;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * The HTTP routes of an app as the Functions host maps them.
 *
 * **The first match in alphabetical order of the function names wins.** The Functions host knows no precedence of
 * literals over parameters: `items/{id}` of function `Details` hides `items/recent` of function `Recent`. A route that
 * does not take the method is passed over, so a wrong method is an unknown route (404, not 405).
 *
 * Errors: Error at once for a route template that the local host does not know.
 * Source: azure-functions-host, src/WebJobs.Script.WebHost/WebScriptHostHttpRoutesManager.cs, which maps the functions
 * in the order of their names and nothing else.
 */
export function createHttpRouter(registry: FunctionRegistry, routePrefix: string): HttpRouter {
  const routes = [...registry.functions.values()]
    .filter(({ trigger }) => trigger.type.toLowerCase() === 'httptrigger')
    .toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
    .map((registered) => toRoute(registered, routePrefix));
  return {
    match(method, pathname) {
      const path = splitPath(pathname);
      for (const { registered, segments, methods } of routes) {
        if (methods !== undefined && !methods.includes(method.toUpperCase())) continue;
        const params = matchRoute(segments, path);
        if (params) return { registered, params };
      }
      return undefined;
    },
  };
}

interface Route {
  readonly registered: RegisteredFunction;
  readonly segments: readonly RouteSegment[];
  readonly methods: readonly string[] | undefined;
}

function toRoute(registered: RegisteredFunction, routePrefix: string): Route {
  const { route, methods } = registered.trigger;
  const template = typeof route === 'string' && route !== '' ? route : registered.name;
  return {
    registered,
    segments: parseRouteTemplate(`${routePrefix}/${template}`),
    methods: Array.isArray(methods) ? methods.map((method) => String(method).toUpperCase()) : undefined,
  };
}

/** A trailing slash does not count. Kestrel decodes a path but for `%2F`, which stays inside its segment. */
function splitPath(pathname: string): readonly string[] {
  const parts = pathname.slice(1).split('/').map(decodeSegment);
  return parts.at(-1) === '' ? parts.slice(0, -1) : parts;
}

function decodeSegment(text: string): string {
  try {
    return text
      .split(/(%2f)/i)
      .map((part) => (/^%2f$/i.test(part) ? part : decodeURIComponent(part)))
      .join('');
  } catch {
    return text;
  }
}

/** Says whether a route value (decoded, never empty) is acceptable. */
export type RouteConstraint = (value: string) => boolean;

/**
 * The inline route constraints of ASP.NET that make sense without .NET types, such as `guid`, `int`, `alpha`,
 * `length(2,5)`, `range(1,9)` and `regex(^a)`.
 *
 * Shape: `name` or `name(arguments)` → a test of the value.  Errors: Error for a constraint that the local host does
 * not know.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
 */
export function parseRouteConstraint(text: string): RouteConstraint {
  const [, name = '', argumentText] = /^(\w+)(?:\((.*)\))?$/s.exec(text.trim()) ?? [];
  const kind = name.toLowerCase();
  const pattern = patterns.get(kind);
  if (pattern && argumentText === undefined) return (value) => pattern.test(value);
  if (kind === 'regex' && argumentText !== undefined) {
    // .NET matches route expressions without regard to case.
    const expression = new RegExp(argumentText, 'i');
    return (value) => expression.test(value);
  }
  const numbers = (argumentText ?? '').split(',').map(Number);
  const [first, second = first] = numbers;
  if (argumentText === undefined || first === undefined || second === undefined || numbers.some(Number.isNaN)) {
    throw unknownConstraint(text);
  }
  switch (kind) {
    case 'length':
      return ({ length }) => length >= first && length <= second;
    case 'minlength':
      return ({ length }) => length >= first;
    case 'maxlength':
      return ({ length }) => length <= first;
    case 'min':
      return (value) => integer.test(value) && Number(value) >= first;
    case 'max':
      return (value) => integer.test(value) && Number(value) <= first;
    case 'range':
      return (value) => integer.test(value) && Number(value) >= first && Number(value) <= second;
    default:
      throw unknownConstraint(text);
  }
}

const integer = /^[+-]?\d+$/;
const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;
const dashedGuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** `guid` takes what Guid.TryParse takes in practice: 32 digits, dashed, or dashed in braces or parentheses. */
const patterns: ReadonlyMap<string, RegExp> = new Map([
  ['guid', new RegExp(`^(?:[0-9a-f]{32}|${dashedGuid}|\\{${dashedGuid}\\}|\\(${dashedGuid}\\))$`, 'i')],
  ['int', integer],
  ['long', integer],
  ['decimal', decimal],
  ['double', decimal],
  ['float', decimal],
  ['bool', /^(true|false)$/i],
  ['alpha', /^[a-z]*$/i],
]);

function unknownConstraint(text: string): Error {
  return new Error(
    `The local host does not know the route constraint "${text}". Use int, guid, alpha, length(…) or regex(…).`,
  );
}

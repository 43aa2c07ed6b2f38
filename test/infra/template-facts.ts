import type { Node } from 'web-tree-sitter';

export interface Parameter {
  readonly name: string;
  readonly hasDefault: boolean;
  /** The text of its decorators, `@secure()` and the like. */
  readonly decorators: readonly string[];
}

/** A resource, with `Microsoft.Web/sites@2025-03-01` taken apart. */
export interface Resource {
  readonly type: string;
  readonly apiVersion: string;
  readonly text: string;
}

export function parameters(root: Node): readonly Parameter[] {
  return root.descendantsOfType('parameter_declaration').map((node) => {
    const before = node.previousNamedSibling;
    return {
      name: nameOf(node),
      hasDefault: node.children.some(({ type }) => type === '='),
      decorators: before?.type === 'decorators' ? before.namedChildren.map(({ text }) => text) : [],
    };
  });
}

export function resources(root: Node): readonly Resource[] {
  return root.descendantsOfType('resource_declaration').map((node) => {
    const [type = '', apiVersion = ''] = firstString(node).split('@');
    return { type, apiVersion, text: node.text };
  });
}

/** Paths or registry references of the modules. */
export function moduleReferences(root: Node): readonly string[] {
  return root.descendantsOfType('module_declaration').map(firstString);
}

/** Every literal string, without its quotes. */
export function strings(root: Node): readonly string[] {
  return root.descendantsOfType('string').map(({ text }) => text.slice(1, -1));
}

/** The argument of each call of that function, when it is one string. */
export function stringArguments(root: Node, name: string): readonly string[] {
  const calls = root.descendantsOfType('call_expression');
  return calls.filter((call) => call.childForFieldName('function')?.text === name).map(firstString);
}

/** The keys of `var <name> = {…}`; undefined when there is no such variable or it is no literal object. */
export function objectKeys(root: Node, name: string): readonly string[] | undefined {
  const declaration = root.descendantsOfType('variable_declaration').find((node) => nameOf(node) === name);
  const object = declaration?.namedChildren.find(({ type }) => type === 'object');
  return object?.namedChildren.flatMap((property) => (property.type === 'object_property' ? nameOf(property) : []));
}

/** The names that a .bicepparam file sets. */
export function assignedNames(root: Node): readonly string[] {
  return root.descendantsOfType('variable_declaration').map(nameOf);
}

function nameOf(node: Node): string {
  return node.namedChildren.find(({ type }) => type === 'identifier' || type === 'string')?.text ?? '';
}

function firstString(node: Node): string {
  return node.descendantsOfType('string')[0]?.text.slice(1, -1) ?? '';
}

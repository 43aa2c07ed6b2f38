import { fileURLToPath } from 'node:url';
import { Language, type Node, Parser } from 'web-tree-sitter';

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(fileURLToPath(import.meta.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'))));

/**
 * Parses a .bicep or .bicepparam file, offline.
 *
 * The grammar (tree-sitter-bicep 1.1.0) does not know two spellings of Bicep, so it gets another one of the same length
 * of lines: `extension …` is left out, and a .bicepparam's `param x = …` is read as `var x = …`.
 */
export function parseBicep(path: string, text: string): Node {
  const known = text.replace(/^extension\b.*/gm, '');
  const tree = parser.parse(path.endsWith('.bicepparam') ? known.replace(/^param\b/gm, 'var') : known);
  if (tree === null) throw new Error(`${path} was not parsed`);
  return tree.rootNode;
}

/** Line and text of everything in the tree that is not Bicep. */
export function syntaxErrors(node: Node): readonly string[] {
  if (node.isError || node.isMissing) {
    const what = node.isMissing ? `${node.type} is missing` : `"${node.text.slice(0, 40)}" is not Bicep`;
    return [`line ${node.startPosition.row + 1}: ${what}`];
  }
  return node.children.flatMap(syntaxErrors);
}

import { styleText } from 'node:util';
import type { CliIo, Screen } from './cli-io.ts';

export type Colour = 'red' | 'yellow' | 'green' | 'dim' | 'bold' | 'plain';
export type Paint = (colour: Colour, text: string) => string;

/** Colours only on a terminal, and never where NO_COLOR is set. Source: https://no-color.org */
export function createPaint(io: Pick<CliIo, 'env'>, screen: Screen): Paint {
  const isColoured = screen.isTerminal && (io.env.NO_COLOR ?? '') === '' && io.env.TERM !== 'dumb';
  return (colour, text) =>
    isColoured && colour !== 'plain' ? styleText(colour, text, { validateStream: false }) : text;
}

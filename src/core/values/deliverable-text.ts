/** What XML 1.0 has no place for: https://www.w3.org/TR/xml/#charsets; a lone surrogate is no character at all. */
const UNDELIVERABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/**
 * The text with U+FFFD for each character that cannot travel in a message of Azure Queue Storage, which is XML: one of
 * them in an input, event or result of the engine, and the message is refused for ever.
 *
 * Source: https://github.com/Azure/azure-functions-durable-extension/issues/3425
 */
export function deliverableText(text: string): string {
  return text.replace(UNDELIVERABLE, '\uFFFD');
}

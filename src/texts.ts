/**
 * The beginning of a text, as a text of its own: in V8 a part of a string is a view on the whole, and would keep all of it in
 * memory.
 */
export function beginningOf(text: string, length: number): string {
  return Buffer.from(text.slice(0, length), 'utf16le').toString('utf16le')
}

/** Random choices that are the same for the same seed, on every machine. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** 0 … 1, without 1. */
  fraction(): number {
    // Mulberry32: any seed will do, and neighbours have nothing in common.
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from 0 on, without the end. */
  below(end: number): number {
    return Math.floor(this.fraction() * end)
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  chance(share: number): boolean {
    return this.fraction() < share
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!
  }

  list<T>(most: number, make: (i: number) => T): T[] {
    return Array.from({ length: this.below(most + 1) }, (_, i) => make(i))
  }

  /** Letters and digits, at least one. */
  word(longest = 12): string {
    return Array.from({ length: this.between(1, longest) }, () => this.pick(letters)).join('')
  }

  /** Anything that a string can hold, also what is no text. */
  text(longest = 24): string {
    return Array.from({ length: this.below(longest + 1) }, () => {
      if (this.chance(0.5)) return this.pick(letters)
      return this.chance(0.7) ? this.pick(pieces) : String.fromCharCode(this.below(0x10000))
    }).join('')
  }

  /** A number that programs trip over. */
  number(): number {
    return this.chance(0.5) ? this.pick(numbers) : (this.fraction() - 0.3) * 10 ** this.between(-3, 20)
  }
}

const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_']
const pieces = [
  '\0',
  '\n',
  '\r\n',
  '\t',
  ' ',
  '\x1b[31m',
  '\x07',
  '\x7f',
  '\x9b',
  '"',
  "'",
  '\\',
  '<script>',
  '</script>',
]
pieces.push(
  '<!--',
  '&',
  '%',
  '$&',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '#',
  '*',
  '&a ',
  '-',
  '=',
  ';',
  '../',
  '\ud800',
  '🦀',
  '\u2028',
)
const numbers = [0, -0, 1, -1, 0.5, 2, 16, 255, 256, 1000, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53]
numbers.push(2 ** 63, 8.64e15, 8.65e15, 1e300, -1e300, Number.MAX_VALUE, Number.MIN_VALUE, -(2 ** 31), -(2 ** 53))

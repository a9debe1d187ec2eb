/** Memory that takes as much of the machine as it is long: what it is shortened by is given back at once. */
export class Staircase {
  readonly #buffer: ArrayBuffer & { resize(bytes: number): void }

  constructor(maxBytes: number) {
    const options = { maxByteLength: maxBytes }
    this.#buffer = new (ArrayBuffer as unknown as new (bytes: number, options: object) => never)(0, options)
  }

  get bytes(): number {
    return this.#buffer.byteLength
  }

  step(bytes: number): void {
    const before = this.bytes
    this.#buffer.resize(before + bytes)
    if (bytes > 0) new Uint8Array(this.#buffer, before).fill(1)
  }
}

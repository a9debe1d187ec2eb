import { createHash, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { SpanmeterError } from '../errors.js'
import { checkToken } from './endpoint-options.js'

/** The token that requests must have. It is in no message. */
export class BearerToken {
  readonly #read: () => string | Promise<string>

  private constructor(read: () => string | Promise<string>) {
    this.#read = read
  }

  static given(token: string): BearerToken {
    return new BearerToken(() => token)
  }

  /**
   * Reads it with each request, so that it may be exchanged. Rejects with `SpanmeterError` `NO_TOKEN` where the file has none
   * that could be used.
   */
  static async inFile(path: string): Promise<BearerToken> {
    const token = new BearerToken(() => readToken(path))
    await token.#read()
    return token
  }

  /** Whether a request has it, by its header `Authorization`. Rejects as `inFile()`. */
  async isIn(authorization = ''): Promise<boolean> {
    const expected = digestOf(await this.#read())
    const [, given = ''] = /^bearer +(\S+) *$/i.exec(authorization) ?? []
    // Takes as long whatever is wrong with it.
    return timingSafeEqual(digestOf(given), expected)
  }
}

/** All are of one length. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

async function readToken(path: string): Promise<string> {
  try {
    return checkToken(`the token in ${path}`, (await readFile(path, 'utf8')).trim())
  } catch (error) {
    const { message } = error as Error
    throw new SpanmeterError('NO_TOKEN', `tokenFile has no token that could be used: ${message}`, { cause: error })
  }
}

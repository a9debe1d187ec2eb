import { performanceNow } from '../clock.js'
import { LongestBlock } from '../loop/longest-block.js'
import type { LocalSpan } from '../span-accounts/local-span.js'
import type { ExceptionKeys } from './names.js'

interface Recording {
  readonly name: string
  addEvent?(name: string, ...rest: unknown[]): unknown
}

const megabyte = 2 ** 20
/** What is just before an exception. */
const beforeMs = 1000

/** Adds what the machine did to the events of exceptions, when they are recorded. */
export class ExceptionContext {
  readonly #keys: ExceptionKeys
  readonly #blocks: LongestBlock | undefined

  constructor(keys: ExceptionKeys, native: boolean) {
    this.#keys = keys
    this.#blocks = native ? new LongestBlock() : undefined
  }

  stop(): void {
    this.#blocks?.stop()
  }

  /** From now on the exceptions that the span records say what the machine did. */
  follow(span: Recording, local: LocalSpan): void {
    const { addEvent } = span
    if (typeof addEvent !== 'function') return
    const describe = () => this.#describe(local)
    span.addEvent = function (name, attributes, ...rest) {
      const isException = name === 'exception' && isRecord(attributes)
      return addEvent.call(this, name, isException ? { ...attributes, ...describe() } : attributes, ...rest)
    }
  }

  #describe(local: LocalSpan): Record<string, number> {
    try {
      const { selfMs } = local
      const blockedMs = this.#blocks?.untilNow(performanceNow() - beforeMs)
      return {
        ...(selfMs !== undefined && { [this.#keys.self]: round(selfMs, 1000) }),
        [this.#keys.memory]: round(process.memoryUsage.rss() / megabyte, 100),
        ...(blockedMs !== undefined && { [this.#keys.blocked]: round(blockedMs, 1000) }),
      }
    } catch {
      return {}
    }
  }
}

/** In the place of attributes there may be a time. */
function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

function round(value: number, digits: number): number {
  return Math.round(value * digits) / digits
}

/**
 * Gives inputs to one target, in a process of its own:
 *   node child.js NAME SEED SECOND-SEED INPUTS SECONDS
 * Each input has the next seed; the second half begins at the second one. The seed that runs is printed each second, so that
 * whoever waits knows of a hang; the last line is what was found out.
 */
import { readdirSync } from 'node:fs'
import { Coverage } from './coverage.js'
import { Random } from './random.js'
import type { Result } from './result.js'
import type { Target } from './target.js'

/** What an input may leave behind in the heap on average, beyond what caches hold. */
const mostBytesKept = 64
const cacheBytes = 4 << 20
/** What is open at one moment and not at another. */
const mostFiles = 32

const [name, firstSeed, secondSeed, mostInputs, mostSeconds] = process.argv.slice(2)
let seed = Number(firstSeed)

function fail(error: unknown): never {
  process.stdout.write(`failed ${JSON.stringify({ seed, why: String((error as Error)?.stack ?? error) })}\n`)
  process.exit(1)
}
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)

interface Held {
  heap: number
  files: number
}

function held(): Held {
  globalThis.gc!()
  return { heap: process.memoryUsage().heapUsed, files: readdirSync('/proc/self/fd').length }
}

async function main(): Promise<Omit<Result, 'name'>> {
  const coverage = new Coverage()
  const { target } = require(`./targets/${name}.js`) as { target: Target }
  const begin = performance.now()
  const [end, inputs] = [begin + Number(mostSeconds) * 1000, Number(mostInputs)]
  const half = { at: begin + (end - begin) / 2, inputs: 0, held: undefined as Held | undefined }
  let count = 0
  let shown = 0
  for (; count < inputs && performance.now() < end; count++, seed++) {
    if (performance.now() - shown > 1000) {
      shown = performance.now()
      process.stdout.write(`at ${seed} ${count}\n`)
    }
    if (half.held === undefined && (performance.now() > half.at || count >= inputs / 2)) {
      Object.assign(half, { held: held(), inputs: count })
      seed = Number(secondSeed)
    }
    const ran = target.run(new Random(seed))
    if (ran instanceof Promise) await ran
  }
  if (half.held !== undefined) checkGrowth(half.held, held(), count - half.inputs)
  const { reached, all } = coverage.linesOf(target.covers)
  await target.end?.()
  return { about: target.about, inputs: count, seconds: (performance.now() - begin) / 1000, reached, lines: all }
}

function checkGrowth(before: Held, after: Held, inputs: number): void {
  const grown = after.heap - before.heap
  if (grown > cacheBytes + inputs * mostBytesKept)
    throw new Error(`the heap grew by ${grown} bytes in ${inputs} inputs`)
  if (after.files > before.files + mostFiles) throw new Error(`${after.files} descriptors, after ${before.files}`)
}

main().then((outcome) => {
  process.stdout.write(`done ${JSON.stringify(outcome)}\n`)
  process.exit(0)
}, fail)

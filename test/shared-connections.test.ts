import { availableParallelism } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Asked,
  areFair,
  ask,
  type Combination,
  expectConserved,
  expectCredited,
  expectIdle,
  isCredited,
  isIdle,
  partsOfShares,
  whyNoLibraries,
} from './helpers/asking'
import { nodeVersions } from './helpers/nodes'
import { Server, type ServerName, whyNoServer } from './helpers/servers'
import { Turns } from './helpers/turns'

// Spans that ask over connections that others opened, as the pools of real services are, with real libraries and
// servers. What the thread ran for each of them is known by the thread’s own clock.

interface Library {
  /** Its program in test/fixtures/shared-connections. */
  program: string
  server?: ServerName
  /** How many connections it has. */
  connections: readonly number[]
  instrumented: readonly boolean[]
  /** The newer version of Node.js that it is tried on as well, and whether with its instrumentation. */
  newer?: { instrumented: boolean }
  /**
   * Over how many connections nobody can know whose a question is that had to wait for one, because the library goes on
   * with it in the context of another; `instrumented`: or its instrumentation begins the client span there.
   */
  losesWaiting?: { over: readonly number[]; instrumented?: true }
  /**
   * How many must ask at once over one connection for their answers to come together, in the same order each time: who is
   * named before others has their beginnings, the last has none of another.
   */
  comesTogether?: number
  /** Whether it receives answers to others where somebody calls it, in the context of that one. */
  receivesInCalls?: true
}

const both = [false, true]
const libraries: readonly Library[] = [
  { program: 'pg', server: 'postgresql', connections: [1, 10], instrumented: both, newer: { instrumented: true } },
  {
    program: 'mysql2',
    server: 'mariadb',
    connections: [1, 10],
    instrumented: both,
    losesWaiting: { over: [1, 10], instrumented: true },
  },
  { program: 'ioredis', server: 'redis', connections: [1, 10], instrumented: both, newer: { instrumented: false } },
  {
    program: 'node-redis',
    server: 'redis',
    connections: [1, 10],
    instrumented: both,
    losesWaiting: { over: [10] },
    comesTogether: 5,
  },
  { program: 'bullmq', server: 'redis', connections: [1], instrumented: [false] },
  { program: 'http', connections: [10], instrumented: both },
  {
    program: 'undici',
    connections: [1, 10],
    instrumented: both,
    newer: { instrumented: true },
    losesWaiting: { over: [1], instrumented: true },
  },
  { program: 'fetch', connections: [1, 10], instrumented: both },
  { program: 'http2', connections: [1], instrumented: [false] },
  { program: 'grpc', connections: [1], instrumented: both },
  {
    program: 'piscina',
    connections: [1, 2],
    instrumented: [false],
    newer: { instrumented: false },
    receivesInCalls: true,
  },
]
const openers = ['at the start', 'by a span that ended', 'by a span that idles']
const counts = [1, 5, 20]
const newer = nodeVersions.find(({ major }) => major === 24)!

interface Case extends Omit<Library, 'instrumented' | 'newer'> {
  instrumented: boolean
  /** The program of Node.js; undefined for the one that runs the tests. */
  node: string | undefined
  why: string
  name: string
}

function caseOf({ newer: _, ...library }: Library, instrumented: boolean, onNewer: boolean): Case {
  const { program, server } = library
  const whyNoNode = onNewer && newer.path === undefined ? ' (skipped: run `npm run nodes` first)' : ''
  const why = whyNoLibraries || whyNoNode || (server === undefined ? '' : whyNoServer(server))
  const name = `${program}${instrumented ? ' with its instrumentation' : ''}${onNewer ? ` on ${newer.name}` : ''}${why}`
  return { ...library, instrumented, node: onNewer ? newer.path : undefined, why, name }
}

const cases = libraries.flatMap((library) => [
  ...library.instrumented.map((instrumented) => caseOf(library, instrumented, false)),
  ...(library.newer ? [caseOf(library, library.newer.instrumented, true)] : []),
])

// Clocks of threads run on where others use the CPU, so as many may be asked at once as there are CPUs.
const turns = new Turns(availableParallelism())

/** Why each asker's share cannot be known where so many ask at once; undefined where it is. */
function whyNoShares(library: Case, size: number, count: number): string | undefined {
  const { losesWaiting, comesTogether, receivesInCalls, instrumented } = library
  if (receivesInCalls) return 'answers are received in the context of whoever calls'
  if (size === 1 && count === comesTogether) return 'the answers come together in the same order each time'
  const losing = losesWaiting?.over.includes(size) && (instrumented || !losesWaiting.instrumented)
  return count > size && losing ? 'what had to wait goes on in the context of another' : undefined
}

// Not by each(), which cuts long names short.
describe.concurrent.for(cases.map((each) => [each.name, each] as const))('%s', ([, library]) => {
  const { program, server: serverName, connections, instrumented, node, why } = library
  const combinations = openers.flatMap((opener) =>
    connections.flatMap((size) => counts.map((count) => [size, opener, count] as const)),
  )

  describe.skipIf(why !== '')('asks', () => {
    let server: Server | undefined
    let asked: Asked
    const askFor = (...wanted: string[]) => {
      const args = server ? ['--port', `${server.port}`, ...wanted] : wanted
      return turns.take(() => ask(program, instrumented ? [...args, '--instrumented'] : args, node))
    }
    beforeAll(async () => {
      server = serverName && (await Server.start(serverName))
      asked = await askFor(...connections.flatMap((size) => ['--connections', `${size}`]))
    }, 600_000)
    afterAll(() => server?.[Symbol.asyncDispose]())

    test('all combinations were tried', () => {
      expect(asked.combinations).toHaveLength(combinations.length)
      for (const { clientSpans } of asked.combinations) expect(clientSpans > 0).toBe(instrumented)
    })

    test.each(combinations)(
      '%i connections opened %s, %i asking',
      { timeout: 600_000 },
      async (size, opener, count) => {
        const isThis = (each: Combination) =>
          each.connections === size && each.opener === opener && each.askers.length === count
        let combination = asked.combinations.find(isThis)!
        const percent = instrumented ? 95 : 85
        const isRight = (one: Combination) =>
          isCredited(one, percent) && one.spansMs !== null && (count < 20 || isIdle(one))
        // A clock that stood still, cold caches beside other programs, and a span whose own time cannot be told, because the
        // thread lost its CPU as it ended, are no matter of each round.
        for (let round = 1; round < 4 && !isRight(combination); round++) {
          if (combination.spansMs !== null) expectConserved(combination)
          const again = ['--connections', `${size}`, '--askers', `${count}`, '--opener', opener]
          combination = (await askFor(...again)).combinations.find(isThis)!
        }
        expectConserved(combination)
        expectCredited(combination, percent)
        // Its own time has the opening in it, too: beside what one of them asks that is not little.
        if (count === 20) expectIdle(combination)
      },
    )

    const groups = connections.flatMap((size) =>
      counts.filter((count) => count > 1).map((count) => ({ size, count, reason: whyNoShares(library, size, count) })),
    )
    for (const { size, count, reason } of groups) {
      const name = `${size} connections, each of ${count} asking has its share`
      test.skipIf(reason)(`${name}${reason ? ` (skipped: ${reason})` : ''}`, { timeout: 600_000 }, async () => {
        const those = asked.combinations.filter((each) => each.connections === size && each.askers.length === count)
        const rounds = [{ alone: asked.alone, combinations: those }]
        // Whose answer a collection of garbage falls into is a matter of chance, and of two answers in one piece the first
        // has the beginning of the second: more rounds even that out, but not what is wrong each time.
        while (rounds.length < 6 && !areFair(partsOfShares(rounds))) {
          rounds.push(await askFor('--connections', `${size}`, '--askers', `${count}`))
        }
        const parts = partsOfShares(rounds)
        expect(areFair(parts), `parts of their shares: ${parts.map((part) => part.toFixed(2))}`).toBe(true)
      })
    }
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import {
  type Asked,
  ask,
  expectConserved,
  expectCredited,
  expectIdle,
  expectShares,
  whyNoLibraries,
} from './helpers/asking'
import { Server, type ServerName, whyNoServer } from './helpers/servers'

// Spans that ask over connections that others opened, as the pools of real services are, with real libraries and
// servers. What the thread ran for each of them is known by the thread’s own clock.

interface Library {
  /** Its program in test/fixtures/shared-connections. */
  program: string
  server?: ServerName
  /** How many connections it has. */
  connections: readonly number[]
  instrumented: readonly boolean[]
  /**
   * Whether nobody can know whose a question is that had to wait for a connection, because the library goes on with it
   * in the context of another; or its instrumentation begins the client span there.
   */
  losesWaiting?: 'always' | 'instrumented'
  /** Of what the thread ran, in %, those who ask get at least this with the instrumentation. Default 95. */
  credited?: number
  /** Whether it opens its connections anew while others ask, which its opener has. */
  reopens?: true
}

const both = [false, true]
const libraries: readonly Library[] = [
  { program: 'pg', server: 'postgresql', connections: [1, 10], instrumented: both },
  { program: 'mysql2', server: 'mariadb', connections: [1, 10], instrumented: both, losesWaiting: 'instrumented' },
  { program: 'ioredis', server: 'redis', connections: [1, 10], instrumented: both },
  {
    program: 'node-redis',
    server: 'redis',
    connections: [1, 10],
    instrumented: both,
    losesWaiting: 'always',
  },
  { program: 'bullmq', server: 'redis', connections: [1], instrumented: [false] },
  { program: 'http', connections: [10], instrumented: both },
  {
    program: 'undici',
    connections: [1],
    instrumented: [false],
    reopens: true,
  },
  { program: 'fetch', connections: [10], instrumented: both },
  { program: 'http2', connections: [1], instrumented: [false] },
  { program: 'grpc', connections: [1], instrumented: both, credited: 85 },
]
const openers = ['at the start', 'by a span that ended', 'by a span that idles']
const counts = [1, 5, 20]

const cases = libraries.flatMap((library) =>
  library.instrumented.map((instrumented) => {
    const { program, server } = library
    const why = whyNoLibraries || (server === undefined ? '' : whyNoServer(server))
    return { ...library, instrumented, why, name: `${program}${instrumented ? ' with its instrumentation' : ''}${why}` }
  }),
)

describe.each(cases)(
  '$name',
  ({ program, server: serverName, connections, instrumented, losesWaiting, credited = 95, reopens, why }) => {
    const combinations = openers.flatMap((opener) =>
      connections.flatMap((size) => counts.map((count) => [size, opener, count] as const)),
    )

    describe.skipIf(why !== '')('asks', () => {
      let asked: Asked
      beforeAll(async () => {
        await using server = serverName && (await Server.start(serverName))
        const args = connections.flatMap((size) => ['--connections', `${size}`])
        if (server) args.push('--port', `${server.port}`)
        if (instrumented) args.push('--instrumented')
        asked = await ask(program, args)
      }, 240_000)

      test('all combinations were tried', () => {
        expect(asked.combinations).toHaveLength(combinations.length)
        for (const { clientSpans } of asked.combinations) expect(clientSpans > 0).toBe(instrumented)
      })

      test.each(combinations)('%i connections opened %s, %i asking', (size, opener, count) => {
        const combination = asked.combinations.find(
          (each) => each.connections === size && each.opener === opener && each.askers.length === count,
        )!
        expectConserved(combination)
        expectCredited(combination, instrumented ? credited : 85)
        // Its own time has the opening in it, too: beside what one of them asks that is not little.
        if (count === 20 && !reopens) expectIdle(combination)
      })

      const groups = connections.flatMap((size) =>
        [5, 20].map((count) => {
          const waiting = count > size && !(program === 'node-redis' && size === 1)
          const lost = waiting && (losesWaiting === 'always' || (losesWaiting === 'instrumented' && instrumented))
          return {
            size,
            count,
            lost,
            reason: lost
              ? ' (skipped: what had to wait goes on in the context of another)'
              : ' (skipped without SHARES=1: whose answer garbage is collected in is a matter of chance)',
          }
        }),
      )
      for (const { size, count, lost, reason } of groups) {
        test.skipIf(lost || !process.env.SHARES)(
          `${size} connections, each of ${count} asking has its share${reason}`,
          () => {
            const those = asked.combinations.filter((each) => each.connections === size && each.askers.length === count)
            expectShares(asked, those)
          },
        )
      }
    })
  },
)

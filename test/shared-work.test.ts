import { describe, expect, test } from 'vitest'
import { collectingWhereItIsFilled, whyNoLibraries } from './helpers/asking'
import { expectAllOf } from './helpers/burned'
import { askFixture } from './helpers/child'
import { oneOfThree } from './helpers/rounds'
import { Server, type ServerName, whyNoServer } from './helpers/servers'

// Work that is shared otherwise than by a connection: what one call does for many, and what a consumer is given.

interface Share {
  name: string
  burnedMs: number
  ms: number
}

const spansOf = (shares: Share[]) =>
  Object.fromEntries(shares.map(({ name, burnedMs, ms }) => [name, { truth: burnedMs, self: ms }]))

const obstacle = (server: ServerName) => whyNoLibraries || whyNoServer(server)

async function askWith<T>(name: ServerName, program: string): Promise<T> {
  await using server = await Server.start(name)
  const options = { nodeArgs: collectingWhereItIsFilled, args: ['--port', `${server.port}`] }
  return await askFixture(`shared-connections/${program}.cjs`, options)
}

describe(`DataLoader${obstacle('postgresql')}`, () => {
  test.skipIf(obstacle('postgresql'))('a batch is for the span that began it', oneOfThree, async () => {
    const ask = async () => {
      const { askedMs, askers } = await askWith<{ askedMs: number; askers: Share[] }>('postgresql', 'dataloader')
      const [first, ...others] = askers
      const batchesMs = askedMs - askers.reduce((sum, { burnedMs }) => sum + burnedMs, 0)
      expect(batchesMs).toBeGreaterThan(20)
      expect(first!.ms - first!.burnedMs, `of ${batchesMs} ms`).toBeGreaterThan(0.85 * batchesMs)
      return spansOf(others)
    }
    await expectAllOf(await ask(), ask)
  })
})

describe(`BullMQ${obstacle('redis')}`, () => {
  test.skipIf(obstacle('redis'))('each job has what it did', async () => {
    const work = async () => {
      const jobs = await askWith<Share[]>('redis', 'bullmq-jobs')
      expect(jobs).toHaveLength(20)
      return spansOf(jobs)
    }
    await expectAllOf(await work(), work)
  })
})

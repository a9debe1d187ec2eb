import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { expect, test } from 'vitest'
import { attribute, expectMs, inside, tracerWith, useManager } from './helpers/attribution'
import { burn } from './helpers/cpu.cjs'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
setFlagsFromString('--allow-natives-syntax')
/** Whether V8 finds its properties by their places, and not in a table. */
const isQuick: (object: object) => boolean = runInNewContext('(object) => %HasFastProperties(object)')

async function collectOften(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    collectGarbage()
    await sleep(20)
  }
}

/** Whether anything of ours is on the context manager, as it is while there are hooks. */
const isWatched = (manager: object) => Object.hasOwn(manager, 'with')

test('hooks go when no span was open for a while, stay while one is, and come back with the next', async () => {
  const manager = new AsyncLocalStorageContextManager()
  useManager(manager)
  const tracer = tracerWith({})

  async function expectTrue(between: () => Promise<unknown>): Promise<void> {
    const span = tracer.startSpan('span')
    let ownMs = 0
    const works = inside(span, async () => {
      ownMs += burn(20)
      await between()
      ownMs += burn(20)
    })
    burn(10)
    await works
    span.end()
    expectMs(attribute(span, 'cpu.self_ms'), ownMs)
  }

  await expectTrue(() => sleep(10))
  expect(isWatched(manager)).toBe(true)
  await collectOften()
  expect(isWatched(manager)).toBe(false)
  expect(isQuick(manager)).toBe(true)
  // Somebody else collects the garbage meanwhile, outside of the span.
  let resume = () => {}
  const done = expectTrue(() => new Promise<void>((resolve) => (resume = resolve)))
  await collectOften()
  expect(isWatched(manager)).toBe(true)
  resume()
  await done
})

import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor, type MeasureOptions, type WorkProfile } from 'spanmeter'
import { expect, test } from 'vitest'
import { threadCpuMs } from './helpers/cpu.cjs'
import { expectWithin } from './helpers/expect'
import { sum } from './helpers/numbers'
import { oneOfThree } from './helpers/rounds'

// Which functions measured work ran. The truth: who calls which.

// Without a call in them: what they burn is in no other function.
function burnA(rounds: number): number {
  let sum = 0
  for (let i = 0; i < rounds; i++) sum += Math.sqrt(i)
  return sum
}

function burnB(rounds: number): number {
  let sum = 0
  for (let i = 0; i < rounds; i++) sum += Math.sqrt(i)
  return sum
}

async function bursts(burn: (rounds: number) => number, rounds: number): Promise<void> {
  for (let i = 0; i < 60; i++) {
    burn(rounds)
    await sleep(1)
  }
}

function timeIn({ functions }: WorkProfile, name: string): number {
  return sum(functions.filter((entry) => entry.name === name).map(({ selfMs }) => selfMs))
}

const profile: MeasureOptions = { profile: true }

test('each of several pieces of work has its own functions, which add up to its own time', async () => {
  using monitor = createMonitor().start()
  const [a, b, unprofiled] = await Promise.all([
    monitor.measure(() => bursts(burnA, 4e6), profile),
    monitor.measure(() => bursts(burnB, 4e6), profile),
    monitor.measure(() => bursts(burnB, 1e5)),
  ])
  for (const [{ stats, profile }, own, other] of [
    [a, 'burnA', 'burnB'],
    [b, 'burnB', 'burnA'],
  ] as const) {
    const selfMs = stats.self!.timeMs
    expect(timeIn(profile!, own)).toBeGreaterThan(0.9 * selfMs)
    // One sample may fall on a turn.
    expect(timeIn(profile!, other)).toBeLessThan(0.02 * selfMs)
    expectWithin(0.001, sum(profile!.functions.map(({ selfMs }) => selfMs)), selfMs)
    expect(sum(profile!.functions.map(({ samples }) => samples))).toBe(profile!.samples)
    expect(profile).toMatchObject({ periodMs: 1, lost: 0 })
    const [first] = profile!.functions
    expect(first!.name).toBe(own)
    expect(first!.location).toMatch(/measure-profile\.test\.ts:\d+$/)
  }
  expect(unprofiled).not.toHaveProperty('profile')
})

test('what was measured within it is not its own', async () => {
  using monitor = createMonitor().start()
  const { value: inner, profile: outer } = await monitor.measure(async () => {
    burnA(4e7)
    return await monitor.measure(() => burnB(4e7), profile)
  }, profile)
  expect([outer!.functions[0]!.name, inner.profile!.functions[0]!.name]).toEqual(['burnA', 'burnB'])
  expect([timeIn(outer!, 'burnB'), timeIn(inner.profile!, 'burnA')]).toEqual([0, 0])
})

test(
  'what a shared connection brings is of who asked, also where the profile was taken meanwhile',
  oneOfThree,
  async () => {
    using monitor = createMonitor().start()
    const server = createServer((socket) => socket.on('data', (text) => void socket.write(text)))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const connection = connect((server.address() as AddressInfo).port, '127.0.0.1')
    await new Promise((done) => connection.once('connect', done))
    let begun = false
    let answer = () => {}
    connection.on('data', (text) => {
      if (String(text) === 'first') {
        burnB(4e7)
        begun = true
      } else {
        burnA(4e7)
        answer()
      }
    })
    const asked = monitor.measure(async () => {
      connection.write('first')
      await new Promise<void>((done) => {
        answer = done
      })
    }, profile)
    while (!begun) await sleep(1)
    await sleep(1)
    await monitor.measure(() => sleep(1), profile)
    connection.write('second')
    const { stats, profile: taken } = await asked
    const times = [timeIn(taken!, 'burnA'), timeIn(taken!, 'burnB')]
    expect(Math.min(...times)).toBeGreaterThan(0.3 * stats.self!.timeMs)
    expect(sum(times)).toBeGreaterThan(0.9 * stats.self!.timeMs)
    connection.destroy()
    server.close()
  },
)

test('a function in which the thread is blocked has next to none of its time', oneOfThree, async () => {
  using monitor = createMonitor().start()
  const word = new Int32Array(new SharedArrayBuffer(4))
  function block(): void {
    Atomics.wait(word, 0, 0, 300)
  }
  const {
    value: usedMs,
    profile: taken,
    stats,
  } = await monitor.measure(() => {
    burnA(4e7)
    const begin = threadCpuMs()
    block()
    const usedMs = threadCpuMs() - begin
    burnA(4e7)
    return usedMs
  }, profile)
  // Being sampled while it waits takes some time of the thread.
  expect(timeIn(taken!, 'burnA')).toBeGreaterThan(0.9 * (stats.self!.timeMs - usedMs))
  expect(taken!.functions.find(({ name }) => /block|wait/.test(name))!.samples).toBeGreaterThan(50)
})

test('work that throws leaves nothing behind', async () => {
  using monitor = createMonitor().start()
  const fails = () => {
    throw new Error('on purpose')
  }
  for (let i = 0; i < 3; i++) await expect(monitor.measure(fails, profile)).rejects.toThrow('on purpose')
  const { profile: taken } = await monitor.measure(() => bursts(burnB, 2e6), profile)
  expect(taken!.functions[0]!.name).toBe('burnB')
})

test('work too short for a sample has no functions', async () => {
  using monitor = createMonitor().start()
  const { value, profile: taken } = await monitor.measure(() => 7, profile)
  expect(value).toBe(7)
  expect(taken!.samples).toBe(sum(taken!.functions.map(({ samples }) => samples)))
  expect(taken!.samples).toBeLessThan(5)
})

test.each([{ attribution: false }, { backend: 'js' as const }])('there is none with %o', async (options) => {
  using monitor = createMonitor(options).start()
  expect(await monitor.measure(() => burnA(1e6), profile)).not.toHaveProperty('profile')
})

test.each([
  [{ profile: 'yes' }, "profile must be a boolean, got 'yes'"],
  [{ profil: true }, "option must be one of 'profile', got 'profil'"],
  [7, 'options must be an object, got 7'],
])('%o is refused', async (options, message) => {
  using monitor = createMonitor().start()
  await expect(monitor.measure(() => 1, options as MeasureOptions)).rejects.toThrow(message)
})

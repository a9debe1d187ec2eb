import { expect, test } from 'vitest'
import { ThreadTime } from '../dist/profile/thread-time.js'
import { weightsOf } from '../dist/profile/weights.js'

/** A thread that runs for 10 ms, waits for 10 and runs for 10, sampled each millisecond. */
const time = Float64Array.from({ length: 31 }, (_, i) => i)
const thread = new ThreadTime({
  time,
  thread: { avg: Float32Array.from(time, (ms) => (ms > 10 && ms <= 20 ? 0 : 100)) },
})
const weights = (...times: number[]) =>
  Array.from(weightsOf({ timesMs: Float64Array.from(times), startMs: 0, periodMs: 1 }, thread)!, (ms) =>
    Number(ms.toFixed(6)),
  )

test('a sample stands for what the thread used since the one before', () => {
  expect(weights(1, 2, 2.5, 3)).toEqual([1, 1, 0.5, 0.5])
})

test('one of a thread that waits stands for nothing', () => {
  expect(weights(9.5, 10.5, 11.5, 19.5, 20.5, 21.5)).toEqual([1, 0.5, 0, 0, 0.5, 1])
})

test('one that comes late stands for a period', () => {
  expect(weights(7, 8)).toEqual([1, 1])
})

test('one younger than all that is known of the thread stands for its time', () => {
  expect(weights(29.75, 30.25, 30.75)).toEqual([1, 0.5, 0.5])
})

test('where nothing is known of the thread there are none', () => {
  const timesMs = Float64Array.of(1)
  const unknown = new ThreadTime({ time, thread: { avg: new Float32Array(31).fill(Number.NaN) } })
  const none = new ThreadTime({ time: new Float64Array(), thread: { avg: new Float32Array() } })
  for (const thread of [undefined, unknown, none]) {
    expect(weightsOf({ timesMs, startMs: 0, periodMs: 1 }, thread)).toBeUndefined()
  }
})

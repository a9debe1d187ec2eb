import { processOf, sampled, spanColumns } from './report-data'

const mb = 2 ** 20
/** Of what is recorded, in ms. */
export const duration = 10_000
/** The thread is busy from 4000 to 4200 ms, and for 2 ms at 8000. */
const { time, values: thread } = sampled(duration, 1, (at) =>
  (at > 4000 && at <= 4200) || (at > 8000 && at <= 8002) ? 97 : 1,
)
const cpu = thread.map((value) => value + 12)
const memory = sampled(duration, 4, (at) => (at < 5000 ? 100 : 150))
const wait = sampled(duration, 10, (at) => (at > 2000 && at <= 2100 ? 40 : 0))
export const process = processOf({
  time,
  cpu: { min: cpu, avg: cpu, max: cpu },
  thread: { min: thread, avg: thread, max: thread },
  memory: { time: memory.time, bytes: Float64Array.from(memory.values, (value) => value * mb) },
  wait: { time: wait.time, percent: wait.values, mean: 1 },
  throttled: { time: wait.time, percent: wait.values.map((value) => value / 2), mean: 1 },
  gc: { start: Float64Array.of(1000, 3000), duration: Float32Array.of(5, 80), kind: ['minor', 'major'] },
  blocks: { start: Float64Array.of(4000), duration: Float32Array.of(200) },
  spans: spanColumns([
    {
      name: 'request',
      start: 3900,
      duration: 1000,
      selfMs: 20,
      flags: 8,
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
    },
    {
      name: 'loop',
      start: 4000,
      duration: 200,
      parent: 0,
      selfMs: 196,
      flags: 1,
      attributes: '{"rows":12,"query":"SELECT 1"}',
    },
    { name: 'other request', start: 4100, duration: 1500, selfMs: 1 },
    { name: 'late', start: 9000, duration: 100 },
  ]),
})

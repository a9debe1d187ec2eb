import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { chances, processOf, reportOf, spanColumns } from './helpers/report-data'

const load = createRequire(__filename)
const { encode } = load('../dist/report/page/wire/encode.js') as { encode(data: unknown): string }
const { decode } = load('../dist/report/page/wire/decode.js') as { decode<T>(base64: string): Promise<T> }

test('what goes into a page comes out of it', async () => {
  const avg = Float32Array.of(0, 12.5, Number.NaN, 199.9)
  const cpu = { min: Float32Array.of(0, 10, Number.NaN, 150), avg, max: Float32Array.of(0, 99.9, Number.NaN, 200) }
  const spans = spanColumns([
    {
      name: 'a',
      start: 0.0001,
      duration: 86_400_000.1234,
      selfMs: 0.5,
      flags: 15,
      memoryMax: 2 ** 40,
      attributes: '{"a":1}',
    },
    { name: '</script>', start: 3, duration: 0, parent: 0 },
  ])
  const process = processOf({ time: Float64Array.of(1.001, 2, 3.5, 86_400_000.5), cpu, thread: cpu, spans })
  const data = reportOf(5, [process, processOf()])
  expect(await decode(encode(data))).toEqual(JSON.parse(JSON.stringify(data), revive(data)))
})

test('numbers of any size and sign keep their steps', async () => {
  const chance = chances(5)
  const start = Float64Array.from({ length: 5000 }, () => (chance() - 0.5) * 10 ** Math.floor(chance() * 10))
  const { columns } = await decode<{ columns: { start: Float64Array } }>(encode({ columns: { start } }))
  expect(columns.start).toHaveLength(start.length)
  for (const [i, value] of start.entries()) expect(Math.abs(columns.start[i]! - value)).toBeLessThanOrEqual(0.500001e-4)
})

/** JSON has neither columns nor undefined: an attribute that is not there is null. */
function revive(data: object) {
  return (key: string, value: unknown) => (key === 'processes' ? columnsOf(data as never) : value)
}

function columnsOf({ processes }: ReturnType<typeof reportOf>) {
  return processes.map((process) => ({
    ...process,
    spans: { ...process.spans, attributes: process.spans.attributes.map((text) => text ?? null) },
  }))
}

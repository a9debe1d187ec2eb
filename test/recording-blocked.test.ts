import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Recordings, spansOf } from './helpers/recorded'

// What is recorded of a program that makes spans and never lets the event loop run.

const provider = `
  const { trace } = require('@opentelemetry/api')
  new (require('@opentelemetry/sdk-trace-node').NodeTracerProvider)().register()
  const tracer = trace.getTracer('app')`

test('spans of a clock that is ahead are written together', async () => {
  using recordings = new Recordings()
  const program = `
    ${provider}
    for (let i = 0; i < 400; i++) tracer.startSpan('ahead', { startTime: Date.now() + 60_000 }).end()`
  expect(await recordings.run('', { nodeArgs: ['-e', program] })).toMatchObject({ code: 0, stderr: '' })
  const { processes } = await recordings.read()
  expect(spansOf(processes[0]!)).toHaveLength(400)
  // Each time that all is written, there is one.
  expect(linesIn(recordings.folders[0]!).filter((line) => line.includes('"health"')).length).toBeLessThan(50)
})

const ends = { 'that lets it go on': 'setTimeout(() => {}, 50)', 'that ends in it': 'process.exit()' }

test.each(Object.entries(ends))('one long block is one, in a program %s', async (_, end) => {
  using recordings = new Recordings()
  const program = `
    ${provider}
    setTimeout(() => {
      for (const until = performance.now() + 4000; performance.now() < until; ) {
        const span = tracer.startSpan('part')
        for (const partOver = performance.now() + 10; performance.now() < partOver; );
        span.end()
      }
      ${end}
    }, 50)`
  expect(await recordings.run('', { nodeArgs: ['-e', program] })).toMatchObject({ code: 0, stderr: '' })
  const { duration } = (await recordings.read()).processes[0]!.blocks
  // A tick of 10 ms may have been due only after it began.
  expect(Math.max(...duration), `${duration}`).toBeGreaterThan(3980)
})

function linesIn(recording: string): string[] {
  const files = readdirSync(recording, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'))
  return files.flatMap((name) => readFileSync(join(recording, name), 'utf8').split('\n'))
}

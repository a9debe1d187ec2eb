import { describe, expect, test } from 'vitest'
import { Recordings } from './helpers/recorded'

// What is left of a program that dies. The truth is what it printed: a line each second.

const ends: [string, object | null][] = [
  ['exit', { code: 7, why: 'process.exit()' }],
  ['error', { code: 1, why: 'an uncaught error: TypeError: from the application' }],
  ['rejection', { code: 1, why: 'an unhandled rejection: Error: from the application' }],
  ['SIGKILL', null],
  ['SIGTERM', null],
  ['memory', null],
]

describe.concurrent('the recording of a program that ends by', () => {
  test.each(ends)('%s has what was until then', async (way, end) => {
    using recordings = new Recordings()
    const nodeArgs = ['--max-old-space-size=48']
    const { stdout } = await recordings.run('record/dying.cjs', { nodeArgs, args: [way] })
    const [first, second] = stdout.trim().split('\n').map(Number)
    const { processes, program } = await recordings.read()
    expect(program.end).toEqual(end)
    // It is written each second, beginning before the program's own timer, or where that was late, before its first line.
    const { time } = processes[0]!
    expect(time.at(-1)).toBeGreaterThan(Math.min(second! - first!, 1000) - 100)
  })
})

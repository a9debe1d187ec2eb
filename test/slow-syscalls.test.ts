import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { packageRoot, run } from './helpers/child'
import { expectWithin } from './helpers/expect'
import { median } from './helpers/numbers'

// The launcher that tests and benchmarks are run under, to see them on a machine whose system calls are slow.

const launcher = join(packageRoot, 'build/bench-native/slow_syscalls')

beforeAll(() => {
  execFileSync('make', ['--silent', '-C', join(packageRoot, 'bench/native'), '../../build/bench-native/slow_syscalls'])
})

/** Prints how many microseconds a system call took when nothing came between: whatever does makes it longer. */
const timeSystemCall = `
  let least = Infinity
  for (let round = 0; round < 1000; round++) {
    const begin = process.hrtime.bigint()
    for (let i = 0; i < 20; i++) process.ppid
    least = Math.min(least, Number(process.hrtime.bigint() - begin))
  }
  console.log(least / 20 / 1e3)
`

async function microsecondsOfCall(command: string, ...args: string[]): Promise<number> {
  const { code, stdout, stderr } = await run(command, [...args, '-e', timeSystemCall])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return Number(stdout)
}

// The second takes several filters.
test.each([2, 10])('each system call takes %d µs more', async (microseconds) => {
  const more: number[] = []
  // The launcher finds out once how fast this CPU is, which may be faster or slower while one of the programs runs.
  for (let round = 0; round < 5; round++) {
    const plain = await microsecondsOfCall(process.execPath)
    const slow = await microsecondsOfCall(launcher, String(microseconds), process.execPath)
    more.push(slow - plain)
  }
  expectWithin(25, median(more) / microseconds, 1)
})

test('it becomes the command, with its arguments and its exit code', async () => {
  const ended = await run(launcher, ['1', 'sh', '-c', 'echo "$0|$1" $PPID; exit 7', 'a b', ''])
  expect(ended).toEqual({ code: 7, signal: null, stdout: `a b| ${process.pid}\n`, stderr: '' })
})

test.each([
  [['1'], 125, 'usage: slow_syscalls MICROSECONDS COMMAND ARG...\n'],
  [['1x', 'true'], 125, 'usage: slow_syscalls MICROSECONDS COMMAND ARG...\n'],
  [['-1', 'true'], 125, 'usage: slow_syscalls MICROSECONDS COMMAND ARG...\n'],
  [['1e6', 'true'], 125, 'slow_syscalls: the filter: Cannot allocate memory\n'],
  [['1', '/nonexistent'], 127, 'slow_syscalls: /nonexistent: No such file or directory\n'],
  [['1', '/etc'], 126, 'slow_syscalls: /etc: Permission denied\n'],
])('slow_syscalls %j says why it does not run', async (args, code, stderr) => {
  expect(await run(launcher, args)).toEqual({ code, signal: null, stdout: '', stderr })
})

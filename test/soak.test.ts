import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Disturbance, inTurn } from '../bench/soak/disturbances'
import { readSamples } from '../bench/soak/samples'
import { packageRoot, run } from './helpers/child'

// For what hangs: beside others some seconds of disturbances take minutes.
const patience = 240_000

describe('a soak of some seconds', { timeout: patience }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
  const program = join(packageRoot, 'build/bench/soak/main.js')
  afterAll(() => rmSync(folder, { recursive: true }))
  // Builds it, too.
  const refused = run('sh', ['-c', 'npm run soak -- --minutes 0'], {}, patience)

  async function soak(...options: string[]) {
    await refused
    const file = join(folder, `soak${options.join('')}.jsonl`)
    const args = ['--minutes', '0.1', '--every', '0.25', '--file', file, ...options]
    const ended = await run(process.execPath, [program, ...args], {}, patience)
    return { ...ended, ...readSamples(file), file }
  }

  describe.concurrent('beside another', () => {
    test('has a sample of everything each time, and a verdict on each figure', async () => {
      const { code, stdout, stderr, samples, functions, disturbances, failures, ended, file } = await soak()
      expect({ stderr, failures, ended }).toEqual({ stderr: '', failures: [], ended: true })
      expect(samples).toHaveLength(24)
      const [first] = samples
      const last = samples.at(-1)!
      expect(last.requests).toBeGreaterThan(first!.requests)
      expect(last.workers).toBeGreaterThan(0)
      expect(last.recordingBytes).toBeGreaterThan(first!.recordingBytes)
      for (const { kind: _, ...sample } of samples) {
        expect(Object.values(sample).filter((value) => !Number.isFinite(value))).toEqual([])
        expect(sample.codeBytes).toBeGreaterThan(2 ** 20)
        expect(sample.heapBytes).toBeGreaterThan(1.5 * sample.codeBytes)
        // The resident set has all the others in it.
        expect(sample.residentBytes).toBeGreaterThan(sample.heapBytes + sample.mallocBytes)
        expect(sample.historyBytes).toBeGreaterThan(2 ** 20)
        expect(Math.min(sample.threads, sample.descriptors, sample.ticks)).toBeGreaterThan(5)
      }

      expect(functions).toHaveLength(12)
      for (const { notedBytes } of functions) {
        expect(notedBytes).toBeGreaterThan(2 ** 18)
        expect(notedBytes).toBeLessThan(last.heapBytes / 4)
      }

      expect(disturbances.map(({ what }) => what)).toEqual([inTurn, inTurn, inTurn].flat())
      const notes = (what: Disturbance) => disturbances.filter((each) => each.what === what).map(({ note }) => note)
      for (const note of notes('no descriptors left')) expect(note).toMatch(/^\d\d+ opened$/)
      for (const note of notes('memory pressure')) expect(note).toMatch(/^(limit reached [1-9]\d* times|left out: .*)$/)
      // Each block had its alert, and each span its cost, whichever provider made it.
      expect(last.alerts).toBeGreaterThanOrEqual(3)
      expect(last.spans).toBeGreaterThan(0)
      expect(last.attributed).toBe(last.spans)

      const verdicts = [...stdout.matchAll(/^(.*?) {2,}.* (flat|growing|unclear)$/gm)]
      expect(verdicts).toHaveLength(12)
      // In the first seconds anything may grow.
      const growing = verdicts.filter(
        ([, name, verdict]) => verdict === 'growing' && !/^compiled|^notes|sampler, p99|ticks/.test(name!),
      )
      expect(code).toBe(growing.length > 0 ? 1 : 0)

      // Somebody looks while a line is being written.
      appendFileSync(file, '{"kind":"sam')
      expect(await run(process.execPath, [program, '--report', file])).toEqual({ code, signal: null, stdout, stderr })
    })

    test('fails for a service that keeps a little of each request', async () => {
      const { code, stdout, stderr } = await soak('--leak', '4000', '--rate', '0')
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
      expect(stdout).toMatch(/^heap without functions.* growing$/m)
    })
  })

  test('is refused with no time', async () => {
    const { code, stderr } = await refused
    expect(code).toBe(1)
    expect(stderr).toContain("--minutes must be a number above 0, got '0'")
  })

  test.each([
    ['--minutes 0.1 --every 1', 'too short: 6 samples, and a trend takes at least 20'],
    ['--hours 1 --minutes 1', '--hours or --minutes, not both'],
    ['--rate=-1', "--rate must be a number above 0, got '-1'"],
    ['--leak 7', "--leak must be a multiple of 8, got '7'"],
    ['--report nowhere', 'nowhere'],
  ])('is refused with %s', async (options, message) => {
    await refused
    const { code, stderr } = await run(process.execPath, [program, ...options.split(' ')])
    expect(code).toBe(1)
    expect(stderr).toContain(message)
  })
})

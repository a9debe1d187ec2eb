import type { MonitorHealth } from 'spanmeter'
import { describe, expect, test, vi } from 'vitest'
import { packageRoot, runFixture } from './helpers/child'
import { nodeVersions } from './helpers/nodes'

interface Printed extends Pick<MonitorHealth, 'backend' | 'backendReason'> {
  spans: { usedMs: number; attributes: Record<string, number> }[]
}

/** For each program. */
const timeout = 200_000
vi.setConfig({ testTimeout: 2 * timeout })

/** Without what no two runs of the same program have in common. */
const comparable = (text: string) => text.replaceAll(/\(node:\d+\)/g, '(node:…)')

/**
 * What a program knows of its own CPU lags by a tick for threads other than the caller, compilers and collectors; and the
 * JavaScript sampler may be left clueless where its thread is kept from running as a span ends. So not each span is right.
 */
function expectAttributes({ spans }: Printed): void {
  const errors = spans.map(({ usedMs, attributes }) => attributes['resource.cpu.time_ms']! / usedMs - 1)
  expect(errors.filter((error) => Math.abs(error) < 0.2)).not.toEqual([])
}

/** Runs an application with or without spanmeter/register. */
async function runApplication(node: string | undefined, flags: readonly string[], register: boolean) {
  const nodeArgs = [...flags, ...(register ? ['--import', 'spanmeter/register'] : [])]
  const { code, stdout, stderr } = await runFixture('lifecycle/restricted.cjs', { node, nodeArgs, timeout })
  expect(code, stderr).toBe(0)
  return { printed: JSON.parse(stdout) as Printed, stderr: comparable(stderr) }
}

describe.concurrent.each(nodeVersions)('$name', ({ name, path }) => {
  // It may read the files of the application, and nothing in /proc.
  const permission = [
    name.includes('20') ? '--experimental-permission' : '--permission',
    `--allow-fs-read=${packageRoot}/*`,
  ]

  test
    .skipIf(path === undefined)
    .each([
      [[...permission, '--allow-addons']],
      [['--frozen-intrinsics']],
      [['--disable-proto=throw']],
      [['--disable-proto=delete']],
      [['--jitless']],
      [['--disallow-code-generation-from-strings']],
    ])('the native sampler works by register with %j', async (flags) => {
    const bare = await runApplication(path, flags, false)
    const { printed, stderr } = await runApplication(path, flags, true)
    expect(stderr).toBe(bare.stderr)
    for (const { attributes } of bare.printed.spans) expect(attributes).toEqual({})
    expect(printed).toMatchObject({ backend: 'native' })
    expect(printed).not.toHaveProperty('backendReason')
    expect(printed.spans).toHaveLength(12)
    expectAttributes(printed)
    for (const { attributes } of printed.spans) {
      const { 'resource.cpu.time_ms': cpuMs, 'resource.cpu.self_ms': selfMs } = attributes
      expect(selfMs).toBeGreaterThan(0)
      expect(selfMs).toBeLessThanOrEqual(cpuMs!)
    }
  })

  test
    .skipIf(path === undefined)
    .each([
      [['--no-addons']],
      [permission],
      [['--no-addons', '--frozen-intrinsics', '--disable-proto=throw', '--jitless']],
    ])('the JavaScript sampler stands in by register with %j, and says why in one line', async (flags) => {
    const bare = await runApplication(path, flags, false)
    const { printed, stderr } = await runApplication(path, flags, true)
    expect(stderr).toBe(bare.stderr)
    expect(printed.backend).toBe('js')
    expect(printed.backendReason).toMatch(
      /^the native sampler cannot be loaded: \S+: Cannot load native addon because loading addons is disabled\.$/,
    )
    expectAttributes(printed)
    for (const { attributes } of printed.spans) expect(attributes).not.toHaveProperty(['resource.cpu.self_ms'])
  })
})

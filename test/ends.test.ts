import { describe, expect, test } from 'vitest'
import { runFixture } from './helpers/child'

describe.each(['native', 'js'])('a process with a running %s monitor', (backend) => {
  const endings = ['parked', 'open mark', 'always sampling', 'process.exit()']
  test.each(endings)('ends by itself: %s', async (how) => {
    const begin = performance.now()
    const { code, signal, stdout, stderr } = await runFixture('exit.cjs', { args: [backend, how] })
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' })
    expect(stdout).toContain(backend)
    expect(performance.now() - begin).toBeLessThan(90_000)
  })

  test('ends with the error of the application, not with one of ours', async () => {
    const { code, signal, stderr } = await runFixture('exit.cjs', { args: [backend, 'uncaught error'] })
    expect({ code, signal }).toEqual({ code: 1, signal: null })
    expect(stderr).toContain('from the application')
  })
})

import { describe, expect, test } from 'vitest'
import { nodeVersions } from './helpers/nodes'
import { Running } from './helpers/running'
import { obstacle, placeApps, sdks } from './helpers/sdks'

// Services as users write them, without a line about OpenTelemetry.

const sets = sdks.filter(({ packages }) => '@opentelemetry/auto-instrumentations-node' in packages)
const cells = sets.flatMap((sdk) => nodeVersions.map((node) => ({ sdk, node, line: `SDK ${sdk.name}`, on: node.name })))

describe.concurrent.each(cells)('--instrument with $line on $on', ({ sdk, node }) => {
  const { skip, why } = obstacle(sdk, node)

  test.skipIf(skip).each(['express.cjs', 'express.mjs'])(
    `%s has the spans of its instrumentations${why}`,
    async (name) => {
      using running = new Running()
      const folder = placeApps(sdk, `instrument-${node.major}-${name}`)
      const options = ['--instrument']
      const { child, ended } = running.start([node.path!, name], { options, cwd: folder })
      await running.printed('\n')
      const url = `http://127.0.0.1:${running.stdout.trim()}/burn/20`
      const { status } = await fetch(url, { headers: { connection: 'close' } })
      child.kill('SIGTERM')
      await ended
      expect(status).toBe(200)
      const { rows } = running.summary
      const served = rows.find(({ name }) => name.startsWith('GET'))!
      expect(served).toMatchObject({ count: 1 })
      // More than the one span of a request that a program without OpenTelemetry has.
      expect(rows.filter(({ name }) => !name.startsWith('(')).length).toBeGreaterThan(1)
      expect(rows.reduce((sum, { selfMs = 0 }) => sum + selfMs, 0)).toBeGreaterThan(20)
    },
  )
})

test('a program that has none runs all the same, with a sentence', async () => {
  using running = new Running()
  const program = [process.execPath, '-e', 'console.log("ran")']
  const { code, stdout, stderr } = await running.run(program, { options: ['--instrument'], cwd: running.scratch })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'ran\n' })
  expect(stderr).toContain(
    'Warning: spanmeter: --instrument: the program has no @opentelemetry/auto-instrumentations-node',
  )
})

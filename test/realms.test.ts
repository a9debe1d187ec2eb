import { describe, expect, test } from 'vitest'
import { askFixture } from './helpers/child'
import { nodeVersions } from './helpers/nodes'

// A test framework loads the package into a realm for each file of tests, and leaves it with whatever it has then.

describe.each(nodeVersions)('$name', ({ path }) => {
  test.skipIf(path === undefined)('realms that loaded the package are collected, whatever they left open', async () => {
    const options = { node: path, nodeArgs: ['--expose-gc'], args: ['3'] }
    const left = await askFixture('realms/left.cjs', options)
    expect(left).toEqual({ held: [], files: 0, samplers: 0, scopeIsOurs: false })
  })
})

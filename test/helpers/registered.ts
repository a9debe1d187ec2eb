import { expect } from 'vitest'
import { type FixtureOptions, runFixture } from './child'

/** Runs an application. Returns the attributes of its one span, and what was written to stderr. */
export async function runApp(name: string, options: FixtureOptions = {}) {
  const { code, stdout, stderr } = await runFixture(`register/${name}`, options)
  expect(code, stderr).toBe(0)
  const [attributes] = JSON.parse(stdout) as [Record<string, unknown>]
  return { attributes, stderr }
}

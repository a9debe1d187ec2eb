import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runFixture } from './helpers/child'
import { Recordings } from './helpers/recorded'

// Processes of containers that share a folder for recordings: each is process 1, and they begin together.

const alike = `
  Object.defineProperty(process, 'pid', { value: 1 })
  const { toISOString } = Date.prototype
  Date.prototype.toISOString = () => toISOString.call(new Date(1.7e12))`

/** Prints the folders of the recordings that it makes. */
const program = `
  ${alike}
  const { startRecording } = require('spanmeter/record')
  const recordings = [1, 2].map(() => startRecording({ directory: process.argv[1] }))
  console.log(JSON.stringify(recordings.map(({ folder }) => folder)))`

test('processes of one number that begin in one second each have their recordings', async () => {
  using recordings = new Recordings()
  const directory = join(recordings.directory, 'made/by/each')
  const ended = await Promise.all([1, 2].map(() => runFixture('', { nodeArgs: ['-e', program, directory] })))
  for (const { code, stderr } of ended) expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const folders = ended.flatMap(({ stdout }) => JSON.parse(stdout) as string[])
  const name = join(directory, '20231114T221320Z-1')
  expect(folders.sort()).toEqual([name, `${name}-2`, `${name}-3`, `${name}-4`])
  expect(folders.every((folder) => existsSync(folder))).toBe(true)
})

import { expect, test } from 'vitest'
import { functionOf, momentsOf, withoutSamplesBefore } from '../dist/profile/v8-profile.js'

const profile = { nodes: [], startTime: 1000, endTime: 1100, samples: [1, 2, 3, 4], timeDeltas: [10, 20, -5, 30] }

test('no moment is before the one before it', () => {
  expect([...momentsOf(profile)]).toEqual([1010, 1030, 1030, 1055])
})

test('samples of the profile before are left out, and the others stay where they are', () => {
  expect(withoutSamplesBefore(profile, 1009)).toEqual(profile)
  const rest = withoutSamplesBefore(profile, 1020)
  expect(rest.samples).toEqual([2, 3, 4])
  expect([...momentsOf(rest)]).toEqual([1030, 1030, 1055])
  expect(withoutSamplesBefore(profile, 1055)).toMatchObject({ samples: [], timeDeltas: [] })
})

test('functions have their place, where there is one', () => {
  const node = (functionName: string, url: string) => ({ id: 1, callFrame: { functionName, url, lineNumber: 6 } })
  expect(functionOf(node('work', 'file:///app/a.js'))).toEqual({ name: 'work', location: '/app/a.js:7' })
  expect(functionOf(node('', 'node:events'))).toEqual({ name: '(anonymous)', location: 'node:events:7' })
  expect(functionOf(node('(idle)', ''))).toEqual({ name: '(idle)', location: '' })
})

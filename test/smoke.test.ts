import { createMonitor } from 'spanmeter'
import { expect, test } from 'vitest'

test('the native backend loads', () => {
  using monitor = createMonitor({ backend: 'native' })
  expect(monitor.backend).toBe('native')
})

import { setTimeout as sleep } from 'node:timers/promises'
import { startPrometheusEndpoint } from 'spanmeter/prometheus'
import { beforeAll, expect, test } from 'vitest'
import { burn } from './helpers/cpu.cjs'
import { sampleOf } from './helpers/exposition'
import { scrape } from './helpers/scraping'
import { settle } from './helpers/settle'

// Who scrapes the endpoint sees what happened since they last did.

beforeAll(settle)

test('two readers see the same spike, each since its last scrape', async () => {
  await using endpoint = await startPrometheusEndpoint({ port: 0 })
  const max = async (name: string) => sampleOf(await scrape(endpoint, name), 'process_cpu_percent')!
  // What each of them is asked over reaches back to here.
  const begin = performance.now()
  await max('first')
  await max('second')
  const burnt = burn(300)
  await sleep(100)
  const truth = (100 * burnt) / (performance.now() - begin)
  const first = await max('first')
  await sleep(200)
  const second = await max('second')
  expect(first).toBeGreaterThan(0.8 * truth)
  expect(second).toBeGreaterThan(0.4 * truth)
  await sleep(300)
  expect(await max('first')).toBeLessThan(0.4 * truth)
})

test('two readers of one kind behind one address are distinguished by a query', async () => {
  await using endpoint = await startPrometheusEndpoint({ port: 0, windowMs: 1000 })
  const max = async (pair: string) => {
    return sampleOf(await scrape({ url: `${endpoint.url}?pair=${pair}` }), 'process_cpu_max_percent')!
  }
  await sleep(1000)
  for (const pair of ['a', 'b']) await max(pair)
  const begin = performance.now()
  const burnt = burn(100)
  const truth = (100 * burnt) / (performance.now() - begin)
  await sleep(150)
  for (const pair of ['a', 'b']) expect(await max(pair), pair).toBeGreaterThan(0.8 * truth)
})

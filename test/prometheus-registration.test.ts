import * as promClient from 'prom-client'
import { describe, expect, test } from 'vitest'
import { run } from './helpers/child'
import { collect, ourNames, scrape } from './helpers/collecting'
import { threads } from './helpers/cpu.cjs'
import { parseExposition, sampleOf } from './helpers/exposition'
import { aSpan, publishSpanCost } from './helpers/span-costs'
import { TemporaryApp } from './helpers/temporary-app'

describe('registration', () => {
  test('a second one is refused by the name of the metric, before anything is registered', () => {
    const register = new promClient.Registry()
    const first = collect({ register })
    const before = register.getMetricsAsArray()
    const message = /has a metric process_cpu_time_seconds_total already: .*stop\(\), or set prefix/
    expect(() => collect({ register })).toThrow(
      expect.objectContaining({ code: 'METRIC_EXISTS', message: expect.stringMatching(message) }),
    )
    expect(register.getMetricsAsArray()).toEqual(before)
    collect({ register, prefix: 'second_' })
    first.stop()
    collect({ register })
    expect(register.getMetricsAsArray()).toHaveLength(2 * ourNames.length)
  })

  test('one that meets another metric leaves nothing half there', () => {
    const register = new promClient.Registry()
    const gauge = new promClient.Gauge({ name: 'process_threads', help: 'mine', registers: [register] })
    expect(() => collect({ register })).toThrow('process_threads')
    expect(register.getMetricsAsArray()).toEqual([gauge])
  })

  test('goes to the global registry of the application by default', async () => {
    collect({ prefix: 'mine_' })
    expect(await promClient.register.getSingleMetricAsString('mine_process_memory_bytes')).toMatch(/bytes \d+$/)
  })

  test('goes to that of the application’s own copy of prom-client, if it has one', async () => {
    using app = new TemporaryApp(['tdigest', 'bintrees', 'node-gyp-build', '@opentelemetry/api'])
    app.add('prom-client-14', 'prom-client')
    app.add('prom-client', 'spanmeter/node_modules/prom-client')
    const program = app.write(`
      const { register } = require('prom-client')
      require('spanmeter/prometheus').collectResourceMetrics()
      register.metrics().then(console.log)`)
    // From elsewhere, as services are started.
    const { code, stdout, stderr } = await run(process.execPath, [program], {}, 100_000, '/')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(sampleOf(parseExposition(stdout.trimEnd().concat('\n')), 'process_memory_bytes')).toBeGreaterThan(0)
  })

  test('must be named where prom-client is not installed', async () => {
    using app = new TemporaryApp(['node-gyp-build'])
    const program = app.write(`
      try { require('spanmeter/prometheus').collectResourceMetrics() } catch (error) { console.log(String(error)) }`)
    const { stdout } = await run(process.execPath, [program], {}, 100_000, app.folder)
    expect(stdout).toBe('TypeError: register must be given where prom-client is not installed, got undefined\n')
  })

  test('stop() takes out what is ours, and ends what it needs', async () => {
    const register = new promClient.Registry()
    promClient.collectDefaultMetrics({ register })
    const others = register.getMetricsAsArray()
    const collection = collect({ register })
    const merged = promClient.Registry.merge([register, new promClient.Registry()])
    const names = () => threads().map(({ name }) => name)
    await expect.poll(names).toContain('spanmeter')
    register.removeSingleMetric('process_cpu_percent')
    const gauge = new promClient.Gauge({ name: 'process_cpu_percent', help: 'mine', registers: [register] })
    collection.stop()
    collection.stop()
    expect(register.getMetricsAsArray()).toEqual([...others, gauge])
    await expect.poll(names).not.toContain('spanmeter')
    // The lag of the loop, which is among the others, is no number until it was measured.
    await expect.poll(async () => sampleOf(await scrape(merged), 'process_memory_bytes')).toBeUndefined()
  })

  test('clear() and resetMetrics() do no harm', async () => {
    const register = new promClient.Registry()
    collect({ register })
    publishSpanCost('work', aSpan, { shared: false })
    const before = await scrape(register)
    register.resetMetrics()
    const after = await scrape(register)
    for (const name of ['spanmeter_sampler_samples_total', 'spanmeter_span_cpu_time_seconds_count']) {
      expect(sampleOf(after, name)).toBeGreaterThanOrEqual(sampleOf(before, name)!)
    }
    const forgotten = register.getSingleMetric('process_memory_bytes')!
    register.clear()
    expect(await register.metrics()).toBe('\n')
    collect({ register })
    expect(sampleOf(await scrape(register), 'process_memory_bytes')).toBeGreaterThan(0)
    expect(await forgotten.get()).toMatchObject({ values: [] })
  })

  test.each([
    [{ register: {} }, /^register must be a registry of prom-client, got an object$/],
    [{ register: promClient.Registry }, /^register must be a registry/],
    [{ prefix: '1_' }, /^prefix must be the beginning of a metric name.*got '1_'$/],
    [{ prefix: 'a-b' }, /^prefix must/],
    [{ windowMs: 0 }, /^windowMs must be between 1000 and/],
    [{ tracing: 'yes' }, /^tracing must be a boolean, got 'yes'$/],
    [{ maxSpanNames: 1.5 }, /^maxSpanNames must be a whole number, got 1.5$/],
    [{ labels: {} }, /^option must be one of .*'register', got 'labels'$/],
  ])('%o is refused by name', (options, message) => {
    expect(() => collect(options as never)).toThrow(message)
  })
})

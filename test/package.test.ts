import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { askFixture, packageRoot, run, runFixture } from './helpers/child'

interface Manifest {
  version: string
  main: string
  types: string
  bin: Record<string, string>
  gypfile: boolean
  exports: Record<string, string | Record<string, string>>
  typesVersions: unknown
  files: string[]
  scripts: Record<string, string>
  dependencies: Record<string, string>
  peerDependenciesMeta: Record<string, { optional: boolean }>
}

const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8')
const manifest: Manifest = JSON.parse(read('package.json'))

describe('the package', () => {
  test('is the same thing for import and for require', async () => {
    const loaded = await askFixture<Record<string, unknown>>('both.mjs')
    const names = [
      ['SpanmeterError', 'createMonitor'],
      ['OverheadSampler', 'ResourceSpanProcessor', 'SpanmeterInstrumentation', 'attachToSpan'],
      ['SpanmeterMetricsInstrumentation'],
      ['collectResourceMetrics', 'startPrometheusEndpoint'],
      ['createAlerts', 'feed'],
      ['startRecording'],
    ]
    expect(loaded).toEqual({
      imports: names,
      requires: names,
      same: [true, true, true, true, true, true, true, true, true, true],
      version: manifest.version,
    })
  })

  test('loads prom-client only where it is asked for', async () => {
    for (const entry of ['spanmeter', 'spanmeter/otel', 'spanmeter/register', 'spanmeter/prometheus']) {
      const program = `require('${entry}'); console.log(Object.keys(require.cache).join())`
      const { stdout } = await runFixture('', { nodeArgs: ['-e', program] })
      expect(stdout).toContain('/dist/')
      expect(stdout).not.toContain('node_modules/prom-client')
    }
    const endpoint = `
      require('spanmeter/prometheus').startPrometheusEndpoint({ port: 0 }).then(async (endpoint) => {
        const text = await (await fetch(endpoint.url)).text()
        console.log(text.includes('process_cpu_percent'), Object.keys(require.cache).join())
        await endpoint.stop()
      })`
    const { stdout } = await runFixture('', { nodeArgs: ['-e', endpoint] })
    expect(stdout).toMatch(/^true /)
    expect(stdout).not.toContain('node_modules/prom-client')
  })

  test('runs nothing at installation', () => {
    for (const script of ['preinstall', 'install', 'postinstall']) expect(manifest.scripts).not.toHaveProperty(script)
    // Without this, npm would add a script that runs node-gyp, because of binding.gyp.
    expect(manifest.gypfile).toBe(false)
    // Yarn and pnpm look for the file itself, and Yarn for scripts that name node-gyp.
    expect(manifest.files).not.toContain('binding.gyp')
    expect(Object.values(manifest.scripts).join()).not.toMatch(/node-gyp/)
  })

  test('has every file that it names', () => {
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    )
    expect(targets.length).toBeGreaterThan(4)
    // Made at release.
    const files = manifest.files.filter((file) => !file.startsWith('!') && file !== 'prebuilds')
    for (const file of [...targets, manifest.main, manifest.types, ...Object.values(manifest.bin), ...files]) {
      expect(existsSync(join(packageRoot, file)), file).toBe(true)
    }
  })

  test('has types beside each entry point', () => {
    const code = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    )
    for (const file of code.filter((file) => !file.endsWith('.json'))) {
      const types = file.replace(/\.(m?)js$/, '.d.$1ts')
      expect(existsSync(join(packageRoot, types)), types).toBe(true)
    }
  })

  test('leads compilers that do not know exports to the same types', () => {
    const { '.': main, './package.json': _, ...others } = manifest.exports
    expect(manifest.types).toBe((main as Record<string, string>).require!.replace(/\.js$/, '.d.ts'))
    const expected = Object.entries(others).map(([entry, target]) => {
      const file = typeof target === 'string' ? target : target.require!
      return [entry.slice('./'.length), [file.replace(/\.js$/, '.d.ts')]]
    })
    expect(manifest.typesVersions).toEqual({ '*': Object.fromEntries(expected) })
  })

  test('needs OpenTelemetry only where it is used', () => {
    expect(Object.keys(manifest.dependencies)).toEqual(['commander', 'node-gyp-build'])
    expect(manifest.peerDependenciesMeta['@opentelemetry/api']).toEqual({ optional: true })
    expect(read('dist/index.js')).not.toContain('@opentelemetry')
  })

  test('loads nothing of the command line where it is used as a library', async () => {
    const entries = ['spanmeter', 'spanmeter/otel', 'spanmeter/register'].map((name) => `require('${name}')`).join(';')
    const code = `${entries}; console.log(Object.keys(require.cache).join('\\n'))`
    const { stdout } = await run(process.execPath, ['-e', code])
    expect(stdout).toContain('dist/create-monitor.js')
    expect(stdout).not.toMatch(/commander|dist\/cli/)
  })

  test('has a program that a system can start', () => {
    for (const program of Object.values(manifest.bin)) expect(read(program)).toMatch(/^#!\/usr\/bin\/env node\n/)
  })

  test('names no registry host in its lock file', () => {
    const lock = read('package-lock.json')
    expect(JSON.parse(lock)).toMatchObject({ name: 'spanmeter', version: manifest.version })
    expect(lock).not.toContain('"resolved"')
    expect(lock).not.toMatch(/https?:\/\/[^"]*\.tgz/)
  })
})

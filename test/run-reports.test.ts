import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Running } from './helpers/running'

// Reports of Node.js itself that a program under `spanmeter run` asks for.

const node = (code: string) => [process.execPath, '-e', code]

describe.concurrent('the program that is run', () => {
  const inWorker = "{ isMainThread, Worker } = require('node:worker_threads')"
  test.each([
    ['of its own accord', ''],
    ['in a worker', `const ${inWorker}; if (isMainThread) return void new Worker(__filename)`],
  ])('writes reports of Node.js where it would have, which say nothing of its end: %s', async (_how, first) => {
    using running = new Running()
    const asked = 'console.log(process.report.writeReport())'
    const whole = "console.log('environmentVariables' in process.report.getReport())"
    const program = join(running.scratch, 'reports.cjs')
    writeFileSync(program, `${first}\n${asked}; process.report.filename = "mine.json"; ${asked}; ${whole}`)
    const { stdout } = await running.run([process.execPath, program], { cwd: running.scratch })
    const [unnamed, named, hasAll] = stdout.trim().split('\n')
    expect(unnamed).toMatch(/^report\..*\.json$/)
    expect([named, hasAll]).toEqual(['mine.json', 'true'])
    for (const name of [unnamed!, named!]) {
      const { environmentVariables } = JSON.parse(readFileSync(join(running.scratch, name), 'utf8'))
      expect(environmentVariables).toHaveProperty('PATH')
    }
    expect(running.summary.program.end).toEqual({ code: 0, why: 'nothing was left to do' })
  })

  test('may have Node.js report other errors', async () => {
    using running = new Running()
    const program = node("process.report.reportOnUncaughtException = true; throw new Error('of the program')")
    const { code } = await running.run(program, { cwd: running.scratch })
    expect(code).not.toBe(0)
    const [report] = readdirSync(running.scratch).filter((name) => name.startsWith('report.'))
    expect(readFileSync(join(running.scratch, report!), 'utf8')).toContain('of the program')
  })

  test('may have Node.js report fatal errors where it wants them', async () => {
    using running = new Running()
    const fill = 'const kept = []; setInterval(() => { for (let i = 0; i < 1e5; i++) kept.push({ i: String(i) }) }, 1)'
    const asked = 'process.report.reportOnFatalError = true; process.report.reportOnUncaughtException = true'
    const program = [process.execPath, '--max-old-space-size=48', '-e', `${asked}; ${fill}`]
    const around = ['sh', '-c', 'ulimit -c 0; exec "$0" "$@"']
    expect(await running.run(program, { around, cwd: running.scratch })).toMatchObject({ signal: 'SIGABRT' })
    const reports = readdirSync(running.scratch).filter((name) => name.startsWith('report.'))
    expect(reports).toHaveLength(1)
    expect(running.summary.program.end).toEqual({ signal: 'SIGABRT' })
  })
})

import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runWith } from './helpers/child'
import { expectTrueSpan } from './helpers/measured'
import { installedProject, npm, type Project, traced } from './helpers/project'
import { whySkipped } from './helpers/tools'

// As in a container: nothing may be written, nobody is at home, and there is nothing but the program.

const why = whySkipped(npm)
/** Becomes the root of a world of its own, in which the whole file system is read-only. */
const readOnly = ['unshare', '--map-root-user', '--mount', 'sh', '-c', 'mount -o remount,bind,ro / && exec "$@"', '-']
const namespaces = spawnSync(readOnly[0]!, [...readOnly.slice(1), 'true']).status === 0
const nobody = 65534

describe.skipIf(why !== '')(`a service${why}`, () => {
  let project: Project
  let command: string[]

  beforeAll(async () => {
    project = await installedProject(...traced)
    // Where others can run it.
    const node = join(project.scratch, 'bin/service')
    cpSync(process.execPath, node)
    execFileSync('chmod', ['755', project.scratch, node])
    execFileSync('chmod', ['-R', 'a-w,a+rX', project.folder])
    command = [node, '--import', 'spanmeter/register', 'fixtures/installed/service.cjs']
  })

  afterAll(() => {
    execFileSync('chmod', ['-R', 'u+w', project.folder])
    project[Symbol.dispose]()
  })

  const nowhere = { HOME: '/nonexistent', TMPDIR: '/nonexistent', PATH: '/nonexistent' }

  test('of a user who may write nothing is measured natively', async () => {
    const user = process.getuid!() === 0 ? { uid: nobody, gid: nobody } : {}
    const options = { cwd: project.folder, env: nowhere, ...user }
    const probe = `require('node:fs').writeFileSync('node_modules/spanmeter/x', '')`
    expect((await runWith(command[0]!, ['-e', probe], options)).stderr).toMatch(/EACCES/)
    const { code, stdout, stderr } = await runWith(command[0]!, command.slice(1), options)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expectTrueSpan(JSON.parse(stdout))
  })

  const skipped = namespaces ? '' : ' (skipped: needs user namespaces)'
  test.skipIf(!namespaces)(`on a read-only file system is measured natively${skipped}`, async () => {
    const [unshare, ...isolate] = readOnly
    const options = { cwd: project.folder, env: { ...nowhere, PATH: process.env.PATH } }
    const probe = ['-e', `require('node:fs').mkdtempSync('/tmp/x')`]
    expect((await runWith(unshare!, [...isolate, command[0]!, ...probe], options)).stderr).toMatch(/EROFS/)
    const { code, stdout, stderr } = await runWith(unshare!, [...isolate, ...command], options)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expectTrueSpan(JSON.parse(stdout))
  })
})

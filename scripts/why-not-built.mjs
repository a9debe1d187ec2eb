/** What to say when the addon could not be built. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

// C++20 in the language and in its library.
const program = `
#include <bit>
struct Range { unsigned from; unsigned to; };
constexpr Range range{.from = 0, .to = 8};
static_assert(std::bit_width(range.to) == 4);
`

/**
 * The first thing that this machine lacks of what a build needs and how to get it, in one line.
 *   headers: whether those of Node.js were there or could be fetched
 *   nodedir: where they are, if they were not fetched
 */
export function whyNotBuilt({ headers, nodedir }, env = process.env) {
  const make = env.MAKE ?? 'make'
  const compiler = env.CXX ?? 'g++'
  // Where node-gyp looks for it.
  const pythons = [env.NODE_GYP_FORCE_PYTHON, env.npm_config_python, env.PYTHON, 'python3', 'python']
  const reasons = [
    [runs('node-gyp'), 'there is no node-gyp: run `npm ci` first, and then `npm run build:native`'],
    [pythons.some((python) => runs(python)), 'there is no python3: install the package python3'],
    [runs(make), `there is no ${make}: ${env.MAKE ? mend('MAKE') : 'install the package make'}`],
    [
      runs(compiler),
      `there is no ${compiler}: ${env.CXX ? mend('CXX') : 'install the package g++, or gcc-c++ on Fedora'}`,
    ],
    [
      runs(compiler, ['-std=c++20', '-fsyntax-only', '-x', 'c++', '-'], program),
      `${compiler} does not know C++20: install GCC 10 or newer, or name another compiler in the variable CXX`,
    ],
    [
      headers,
      'the headers of Node.js are not beside it and could not be fetched: install Node.js from its archive, or the package ' +
        'of its headers (libnode-dev, nodejs-dev, nodejs-devel), or name their folder in the variable npm_config_nodedir',
    ],
    [
      nodedir === undefined || hasHeaders(nodedir),
      `there are no headers of Node.js in ${nodedir}: mend nodedir in npm’s configuration, or remove it`,
    ],
  ]
  const [, reason] = reasons.find(([fine]) => !fine) ?? [false, 'what stands above says why']
  return `The native sampler was not built: ${reason}. Without it, the package works with its JavaScript sampler.`
}

const mend = (name) => `mend the variable ${name}, or remove it`

/** Whether a command is there and does this. It may bring arguments of its own, as `ccache g++` does. */
function runs(command = '', args = ['--version'], input = '') {
  const [file, ...own] = command.split(' ')
  return file !== '' && spawnSync(file, [...own, ...args], { input }).status === 0
}

/** Installed, or in its sources. */
function hasHeaders(nodedir) {
  return ['include/node/node.h', 'src/node.h'].some((file) => existsSync(join(nodedir, file)))
}
